"""Quality scores over labelled data; the floors in ``floors.json`` only rise."""

"""
The tables, as the list of steps that made them: append only, each step in one transaction of its own.

Written as SQLite has it; ``dialect`` says it to PostgreSQL. The database counts the steps taken. A step that was ever
released is never edited: a database somewhere has it behind it. ``docs/schema.md`` says what every table and column is
for.
"""

from __future__ import annotations

APPLICATION_ID = 0x6D6F6E69  # "moni": tells our file from any other SQLite database

_FIRST = (
    """CREATE TABLE declarations (
        n INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        data TEXT
    )""",
    "CREATE INDEX declarations_name ON declarations (kind, name)",
    """CREATE TABLE rounds (
        id INTEGER PRIMARY KEY,
        started TEXT NOT NULL,
        finished TEXT
    )""",
    """CREATE TABLE feeds (
        id INTEGER PRIMARY KEY,
        url TEXT NOT NULL UNIQUE,
        position INTEGER,
        round INTEGER REFERENCES rounds (id),
        blind INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL
    )""",
    """CREATE TABLE polls (
        id INTEGER PRIMARY KEY,
        feed INTEGER NOT NULL REFERENCES feeds (id),
        round INTEGER NOT NULL REFERENCES rounds (id),
        at TEXT NOT NULL,
        outcome TEXT NOT NULL,
        http_status INTEGER NOT NULL,
        state TEXT NOT NULL,
        error TEXT NOT NULL,
        since TEXT,
        last_ok TEXT,
        known INTEGER NOT NULL,
        cut INTEGER NOT NULL,
        turned INTEGER NOT NULL,
        warnings TEXT NOT NULL
    )""",
    "CREATE INDEX polls_feed ON polls (feed, round)",
    "CREATE INDEX polls_round ON polls (round)",
    "CREATE INDEX polls_turned ON polls (feed) WHERE turned = 1",
    """CREATE TABLE bodies (
        sha256 TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        size INTEGER NOT NULL,
        data BLOB
    ) WITHOUT ROWID""",
    """CREATE TABLE articles (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        identity TEXT NOT NULL,
        newest INTEGER NOT NULL,
        url TEXT NOT NULL,
        title TEXT NOT NULL,
        fetched TEXT NOT NULL,
        body_sha256 TEXT NOT NULL,
        text_sha256 TEXT NOT NULL,
        more TEXT NOT NULL,
        verdicts TEXT NOT NULL,
        text TEXT NOT NULL
    )""",
    "CREATE INDEX articles_identity ON articles (identity)",
    """CREATE TABLE entries (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        feed INTEGER NOT NULL REFERENCES feeds (id),
        identity TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        duplicate_of TEXT NOT NULL,
        round INTEGER NOT NULL REFERENCES rounds (id),
        first_seen TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        not_before TEXT NOT NULL DEFAULT '',
        edited INTEGER NOT NULL DEFAULT 0,
        article TEXT REFERENCES articles (id),
        verdicts TEXT NOT NULL,
        url TEXT NOT NULL,
        title TEXT NOT NULL,
        more TEXT NOT NULL,
        summary TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX entries_identity ON entries (identity, feed)",
    "CREATE INDEX entries_account ON entries (feed, round, state)",
    "CREATE INDEX entries_state ON entries (state)",
    """CREATE TABLE entry_aliases (
        alias TEXT NOT NULL,
        entry INTEGER NOT NULL REFERENCES entries (n),
        PRIMARY KEY (alias, entry)
    ) WITHOUT ROWID""",
    """CREATE TABLE entry_versions (
        n INTEGER PRIMARY KEY,
        entry INTEGER NOT NULL REFERENCES entries (n),
        until TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        data TEXT NOT NULL
    )""",
    "CREATE INDEX entry_versions_entry ON entry_versions (entry)",
    """CREATE TABLE events (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        topic TEXT NOT NULL,
        earliest TEXT,
        latest TEXT,
        merged_into TEXT REFERENCES events (id),
        version INTEGER REFERENCES event_versions (n)
    )""",
    "CREATE INDEX events_topic ON events (topic)",
    "CREATE INDEX events_merged ON events (merged_into) WHERE merged_into IS NOT NULL",
    """CREATE TABLE event_versions (
        n INTEGER PRIMARY KEY,
        event TEXT NOT NULL REFERENCES events (id),
        at TEXT NOT NULL,
        merged_into TEXT REFERENCES events (id),
        data TEXT NOT NULL
    )""",
    "CREATE INDEX event_versions_event ON event_versions (event)",
    """CREATE TABLE evidence (
        n INTEGER PRIMARY KEY,
        event TEXT NOT NULL REFERENCES events (id),
        data TEXT NOT NULL
    )""",
    "CREATE INDEX evidence_event ON evidence (event)",
    """CREATE TABLE revisions (
        n INTEGER PRIMARY KEY,
        event TEXT NOT NULL REFERENCES events (id),
        version INTEGER NOT NULL REFERENCES event_versions (n),
        at TEXT NOT NULL,
        by TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        why TEXT NOT NULL
    )""",
    "CREATE INDEX revisions_event ON revisions (event)",
    """CREATE TABLE event_keys (
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        event TEXT NOT NULL REFERENCES events (id),
        PRIMARY KEY (topic, key, event)
    ) WITHOUT ROWID""",
    "CREATE INDEX event_keys_event ON event_keys (event)",
    """CREATE TABLE mentions (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        article TEXT NOT NULL REFERENCES articles (id),
        event TEXT REFERENCES events (id),
        superseded INTEGER NOT NULL DEFAULT 0,
        origin TEXT NOT NULL,
        data TEXT NOT NULL
    )""",
    "CREATE INDEX mentions_article ON mentions (article)",
    "CREATE INDEX mentions_event ON mentions (event)",
    """CREATE TABLE seeds (
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        event TEXT NOT NULL REFERENCES events (id),
        data TEXT NOT NULL,
        PRIMARY KEY (topic, key)
    ) WITHOUT ROWID""",
    "CREATE INDEX seeds_event ON seeds (event)",
    *(
        f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        for table in ("revisions", "event_versions", "declarations")
        for verb in ("UPDATE", "DELETE")
    ),
)

_MANNERS = (
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        started TEXT NOT NULL,
        ended TEXT
    )""",
    """CREATE TABLE rests (
        host TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        seconds REAL NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE robots (
        origin TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        seconds REAL NOT NULL,
        closed TEXT NOT NULL,
        rules TEXT NOT NULL
    ) WITHOUT ROWID""",
    "ALTER TABLE polls ADD COLUMN unseen_since TEXT",
    "CREATE INDEX polls_unseen ON polls (feed) WHERE unseen_since IS NOT NULL",
)

# Who copies an entry is asked for whenever one fails.
_COPIES = ("CREATE INDEX entries_copies ON entries (duplicate_of) WHERE duplicate_of != ''",)

_DECISIONS = (
    """CREATE TABLE decisions (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        topic TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        verb TEXT NOT NULL,
        reason TEXT NOT NULL,
        undone_by TEXT NOT NULL DEFAULT '',
        data TEXT NOT NULL
    )""",
    """CREATE TABLE decision_names (
        name TEXT NOT NULL,
        decision INTEGER NOT NULL REFERENCES decisions (n),
        PRIMARY KEY (name, decision)
    ) WITHOUT ROWID""",
    """CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions
        BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END""",
    """CREATE TRIGGER decisions_no_update BEFORE UPDATE OF n, id, topic, at, person, verb, reason, data ON decisions
        BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END""",
    "ALTER TABLE events ADD COLUMN absorbed_by TEXT REFERENCES events (id)",
    "ALTER TABLE events ADD COLUMN base TEXT",
    # Until now only rules merged.
    "UPDATE events SET absorbed_by = merged_into",
    "CREATE INDEX events_absorbed ON events (absorbed_by) WHERE absorbed_by IS NOT NULL",
    "ALTER TABLE mentions ADD COLUMN shown TEXT REFERENCES events (id)",
    "UPDATE mentions SET shown = event",
    "ALTER TABLE articles ADD COLUMN forgotten TEXT",
    "ALTER TABLE articles ADD COLUMN recheck TEXT",
    "CREATE INDEX articles_recheck ON articles (recheck) WHERE recheck IS NOT NULL",
)

# What is due is looked up every few seconds: of a hundred thousand feeds only the rows whose time has come are read.
_DUE = (
    "ALTER TABLE feeds ADD COLUMN next_poll TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE feeds ADD COLUMN last_poll TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX feeds_next_poll ON feeds (next_poll) WHERE position IS NOT NULL",
    "CREATE INDEX feeds_last_poll ON feeds (last_poll) WHERE position IS NOT NULL",
)
# What is found by its words: only the index is kept here, the texts are where they were.
_SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2')",
    "CREATE TABLE searched (kind INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
    "INSERT INTO searched VALUES (0, 0), (1, 0)",
)

# For people who look at the file itself, with Datasette say; the program reads none of them. What was retracted is not
# shown; what a status leaves out because it is empty is said.
_VIEWS = (
    """CREATE VIEW timeline AS
        SELECT e.topic, e.id AS event, json_extract(v.data, '$.title') AS title, e.earliest, e.latest,
            json_extract(v.data, '$.when.precision') AS precision, json_extract(v.data, '$.when.raw') AS written,
            json_extract(v.data, '$.kind') AS kind, json_extract(v.data, '$.phase') AS phase,
            json_extract(v.data, '$.status') AS status, json_extract(v.data, '$.stage') AS stage,
            json_extract(v.data, '$.relation') AS relation,
            json_extract(v.data, '$.independent_origins') AS independent_origins
        FROM events e JOIN event_versions v ON v.n = e.version
        WHERE e.merged_into IS NULL AND json_extract(v.data, '$.status') != 'retracted'
        ORDER BY e.earliest IS NULL, e.earliest, e.latest IS NULL, e.latest, e.id""",
    """CREATE VIEW timeline_evidence AS
        SELECT e.topic, e.id AS event, json_extract(v.data, '$.title') AS title,
            json_extract(p.data, '$.source') AS source, json_extract(p.data, '$.tier') AS tier,
            json_extract(p.data, '$.quote') AS quote, json_extract(p.data, '$.article') AS article,
            coalesce(json_extract(p.data, '$.url'), json_extract(p.data, '$.source_url')) AS url,
            json_extract(p.data, '$.published.day') AS published, json_extract(p.data, '$.file') AS seed_file,
            json_extract(p.data, '$.line') AS seed_line
        FROM events e JOIN event_versions v ON v.n = e.version
        JOIN json_each(v.data, '$.evidence') w JOIN evidence p ON p.n = w.value
        WHERE e.merged_into IS NULL AND json_extract(v.data, '$.status') != 'retracted'
        ORDER BY e.earliest IS NULL, e.earliest, e.id, w.key""",
    """CREATE VIEW sources AS
        SELECT f.url, coalesce(json_extract(f.status, '$.state'), 'new') AS state,
            coalesce(json_extract(f.status, '$.error'), '') AS error,
            coalesce(json_extract(f.status, '$.failures'), 0) AS failures,
            json_extract(f.status, '$.last_poll') AS last_poll, json_extract(f.status, '$.last_ok') AS last_ok,
            json_extract(f.status, '$.next_poll') AS next_poll
        FROM feeds f WHERE f.position IS NOT NULL ORDER BY f.position""",
)

_IMPORTS = (
    """CREATE TABLE imports (
        n INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        at TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        events INTEGER NOT NULL,
        coverage TEXT NOT NULL,
        UNIQUE (topic, sha256)
    )""",
)

# What is to be told is written down with the event version or poll that it tells of; what was sealed stays as it is.
_ALERTS = (
    """CREATE TABLE channels (
        name TEXT PRIMARY KEY,
        position INTEGER,
        topics TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE alerts (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL REFERENCES channels (name),
        at TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        not_before TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '',
        ended TEXT NOT NULL DEFAULT '',
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        notices TEXT NOT NULL
    )""",
    "CREATE INDEX alerts_state ON alerts (state, n)",
    """CREATE TABLE outbox (
        n INTEGER PRIMARY KEY,
        channel TEXT NOT NULL REFERENCES channels (name),
        about TEXT NOT NULL,
        topic TEXT NOT NULL,
        since INTEGER,
        at TEXT NOT NULL,
        alert TEXT REFERENCES alerts (id)
    )""",
    "CREATE UNIQUE INDEX outbox_pending ON outbox (channel, about) WHERE alert IS NULL",
    "CREATE INDEX outbox_told ON outbox (about, channel) WHERE alert IS NOT NULL",
)

# Which bodies something rests on is asked for one by one.
_RETENTION = (
    "CREATE INDEX articles_body ON articles (body_sha256)",
    "CREATE INDEX evidence_article ON evidence (json_extract(data, '$.article'))",
)

# Where several processes work (on PostgreSQL): whose turn it is at a host; what one read and another is to finish.
_TEAM = (
    """CREATE TABLE unsettled (
        entry TEXT PRIMARY KEY REFERENCES entries (id),
        at TEXT NOT NULL,
        data TEXT NOT NULL,
        body BLOB NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE turns (
        party TEXT PRIMARY KEY,
        busy INTEGER NOT NULL,
        ended REAL NOT NULL,
        floor REAL NOT NULL
    ) WITHOUT ROWID""",
)

# Nearly all entries name none of a thousand topics: which they were judged for is kept once, and with an entry only what
# there is to say of it. The verdicts of an entry without a panel are whole.
_PANELS = (
    """CREATE TABLE panels (
        id TEXT PRIMARY KEY,
        topics TEXT NOT NULL
    ) WITHOUT ROWID""",
    "ALTER TABLE entries ADD COLUMN panel TEXT NOT NULL DEFAULT ''",
)

# What changed of one topic, and how many events each has, is asked for again and again beside a thousand others.
_BESIDE = (
    "CREATE INDEX events_changed ON events (topic, version)",
    "CREATE INDEX events_standing ON events (topic) WHERE merged_into IS NULL",
    "DROP INDEX events_topic",
    # Every round ever is looked through otherwise, at every look at what is due.
    "CREATE INDEX rounds_open ON rounds (id) WHERE finished IS NULL",
    # How far housekeeping has come in what never changes.
    """CREATE TABLE tidied (
        what TEXT PRIMARY KEY,
        upto INTEGER NOT NULL
    ) WITHOUT ROWID""",
)

# Once there are figures of a million rows, SQLite looks through all of them rather than take an index on few values.
_GROWN = (
    "CREATE INDEX entries_waiting ON entries (feed, n, not_before) WHERE state = 'waiting'",
    "CREATE INDEX polls_of_round ON polls (round, feed)",
    "DROP INDEX polls_round",
    # Of a hundred million entries housekeeping looks at those alone that still say something.
    "CREATE INDEX entries_telling ON entries (n) WHERE state = 'rejected' AND summary != ''",
)

# Which host a poll could not connect to: whoever finishes the round did not ask it.
_UNREACHED = ("ALTER TABLE polls ADD COLUMN unreached TEXT",)

# Files that are read back, each as far as its position, and where in them the entries stand that they brought. The page
# lies here until it is digested.
_ARCHIVES = (
    """CREATE TABLE archives (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        feed INTEGER NOT NULL REFERENCES feeds (id),
        round INTEGER NOT NULL REFERENCES rounds (id),
        scope TEXT NOT NULL,
        position INTEGER NOT NULL,
        reads TEXT NOT NULL,
        finished TEXT,
        problem TEXT NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX archives_open ON archives (n) WHERE finished IS NULL",
    """CREATE TABLE archived (
        entry TEXT PRIMARY KEY REFERENCES entries (id),
        archive INTEGER NOT NULL REFERENCES archives (n),
        place INTEGER NOT NULL,
        digest TEXT NOT NULL,
        fetched TEXT,
        content_type TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        body BLOB
    ) WITHOUT ROWID""",
)

# The titles by themselves: whether a word that stands in every text stands in a title is asked first. Filled as far as the
# index has come, with what it took in and has not forgotten; PostgreSQL has titles apart from the start.
_TITLES = (
    "CREATE VIRTUAL TABLE search_titles USING fts5 (title, content = '', tokenize = 'unicode61 remove_diacritics 2')",
    """INSERT INTO search_titles (rowid, title) SELECT 2 * n, spaced(title_of(data)) FROM event_versions
        WHERE n <= (SELECT n FROM searched WHERE kind = 0) ORDER BY n""",
    """INSERT INTO search_titles (rowid, title) SELECT 2 * n + 1, spaced(title) FROM articles
        WHERE forgotten IS NULL AND n <= (SELECT n FROM searched WHERE kind = 1) ORDER BY n""",
)

# What is due is given out host by host; known from the next declaration on, which is before anything is asked.
_HOSTS = ("ALTER TABLE feeds ADD COLUMN host TEXT NOT NULL DEFAULT ''",)
# Within which days an event lies, where that alone tells it from others: NULL until it is next written.
_DAYS = ("ALTER TABLE events ADD COLUMN first_told TEXT", "ALTER TABLE events ADD COLUMN last_told TEXT")

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _MANNERS,
    _COPIES,
    _DECISIONS,
    _DUE,
    _SEARCH + _VIEWS,
    _ALERTS,
    _IMPORTS,
    _RETENTION,
    _TEAM,
    _PANELS,
    _BESIDE,
    _GROWN,
    _UNREACHED,
    _ARCHIVES,
    _TITLES,
    _HOSTS,
    _DAYS,
)

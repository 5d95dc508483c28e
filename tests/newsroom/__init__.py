"""A newsroom on loopback: five outlets of different kinds, about thirty articles, all written for this test."""

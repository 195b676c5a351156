"""The whole core on a seeded event loop with virtual time: no threads, no sockets, no ambient chance."""

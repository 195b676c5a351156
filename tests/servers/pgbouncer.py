"""A real PgBouncer in front of a PostgreSQL of the tests, where the system has one."""

import os
import shutil
import signal
import socket
from contextlib import suppress
from typing import Literal

from tests.servers.postgres import USER, PostgresServer
from tests.servers.server import Server
from tests.servers.wheel import account, give

PROGRAM = shutil.which("pgbouncer", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
"""Where it is, if it is."""
MISSING = "pgbouncer is not installed (Debian: apt-get install pgbouncer)"
PoolMode = Literal["session", "transaction", "statement"]
_CONFIG = """
[databases]
* = host=127.0.0.1 port={server_port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {pool_mode}
default_pool_size = {pool_size}
max_client_conn = 500
"""


class PgBouncer(Server):
    """One pooler in front of that server, for all its databases."""

    def __init__(self, server: PostgresServer, pool_mode: PoolMode, pool_size: int = 20) -> None:
        assert PROGRAM is not None, MISSING
        super().__init__("bouncer")
        self._program = PROGRAM
        self._config = self.folder / "pgbouncer.ini"
        text = _CONFIG.format(
            server_port=server.port, user=USER, port=self.port, pool_mode=pool_mode, pool_size=pool_size
        )
        self._config.write_text(text, "utf-8")
        give(self.folder)

    def url(self, database: str = "postgres") -> str:
        """Where clients find a database of the server through it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stops it at once: its connections are cut."""
        self._end(signal.SIGTERM)

    def _launch(self) -> None:
        self._run([self._program, self._config], **account())

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

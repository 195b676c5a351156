"""TLS to one upstream: certificates and names checked, and each handshake shortened by the one before."""

import asyncio
import ssl


class UpstreamTLS(ssl.SSLContext):
    """A context for one host, which offers the last session again: two round trips of a handshake less."""

    last: ssl.SSLSession | None = None

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """As asked, with the session: the event loops have no argument for it."""
        return super().wrap_bio(incoming, outgoing, server_side, server_hostname, session or self.last)

    def remember(self, transport: asyncio.BaseTransport) -> None:
        """Take the session of a connection that has answered: TLS 1.3 sends it after the handshake."""
        made: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        if made is not None and made.session is not None:
            self.last = made.session


def upstream_tls() -> UpstreamTLS:
    """A context that trusts whom the system trusts."""
    context = UpstreamTLS(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context

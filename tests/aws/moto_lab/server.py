"""HTTP around the lab: connections that stay open, and can be cut instead of answered."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lab import Lab, Request


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Crowds of clients connect at once.
    request_queue_size = 256

    def handle_error(self, request: socket.socket, client_address: object) -> None:
        """A client that goes away in the middle is part of many tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are written apart; waiting for the acknowledgement in between costs 40 ms.
    disable_nagle_algorithm = True
    lab: Lab

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        response = self.lab.answer(Request(self.command, self.path, dict(self.headers.items()), body))
        if response is None:
            self.cut()
            return
        self.send_response_only(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = answer

    def cut(self) -> None:
        """The client waits for an answer and finds the connection closed."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """The call log says it better."""


def listen(lab: Lab) -> int:
    """Serves in the background; the port."""
    handler = type("LabHandler", (Handler,), {"lab": lab})
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port

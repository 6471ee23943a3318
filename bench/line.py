"""A weak line on loopback: a proxy that carries so many bits a second in all and answers no sooner than so late.

Not the browser's own throttling, which holds for a page and not for what its service worker fetches.
"""

from __future__ import annotations

import asyncio
import threading

PIECE = 1400


class WeakLine:
    """Between `port` and the server's. A new connection costs one more `round_trip_s` before it carries anything."""

    def __init__(self, server_port: int, *, bits_per_s: int, round_trip_s: float) -> None:
        self._server_port, self._round_trip_s = server_port, round_trip_s
        self._seconds_a_byte = 8 / bits_per_s
        self.carried = 0
        self._loop = asyncio.new_event_loop()
        self._lines: set[asyncio.StreamWriter] = set()
        started = threading.Event()

        async def listen() -> None:
            self._down, self._up = asyncio.Lock(), asyncio.Lock()
            self._listener = await asyncio.start_server(self._carry, "127.0.0.1", 0)
            self.port: int = self._listener.sockets[0].getsockname()[1]
            started.set()

        self._loop.create_task(listen())
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        started.wait(10)

    def cut(self) -> None:
        """From now on nobody is reached, and what is under way breaks off."""

        def close() -> None:
            self._listener.close()
            for line in list(self._lines):
                line.transport.abort()

        self._loop.call_soon_threadsafe(close)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._round_trip_s)
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.close()
            return
        self._lines |= {writer, to_server}
        await asyncio.gather(self._pass(reader, to_server, self._up), self._pass(from_server, writer, self._down))
        self._lines -= {writer, to_server}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: asyncio.Lock) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, piece = await under_way.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                if not piece:
                    break
                writer.write(piece)
                await writer.drain()

        arriving = asyncio.create_task(deliver())
        try:
            while piece := await reader.read(PIECE):
                async with direction:
                    await asyncio.sleep(len(piece) * self._seconds_a_byte)
                self.carried += len(piece)
                under_way.put_nowait((self._loop.time() + self._round_trip_s / 2, piece))
            under_way.put_nowait((self._loop.time() + self._round_trip_s / 2, b""))
            await arriving
        except OSError:
            arriving.cancel()
        finally:
            writer.close()

"""The parent's side of the engine: start the child, hear where it listens, end it."""

import asyncio
import os
import sys

import msgspec

from slovomat.upstreams.local_engine import EngineOrder, EngineReport

_LOADING_S = 300
_REPORT_BYTES = 65_536


class EngineProcess:
    """One child with one loaded model."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, order: EngineOrder) -> "EngineProcess":
        """Start the child and tell it what to run; it then loads for a while."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "slovomat.upstreams.local_engine",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_REPORT_BYTES,
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},  # idle threads sleep instead of spinning
        )
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.write(msgspec.json.encode(order) + b"\n")  # and it stays open: its end ends the child
        return cls(process)

    async def report(self) -> EngineReport:
        """Wait for the child's word that it listens, or that it cannot."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            async with asyncio.timeout(_LOADING_S):
                line = await self._process.stdout.readline()
            return msgspec.json.decode(line, type=EngineReport)
        except TimeoutError:
            return EngineReport(fault=f"the model did not load within {_LOADING_S} s")
        except (ValueError, msgspec.DecodeError):
            return EngineReport(fault=f"the engine ended with code {await self.ended()}")

    async def ended(self) -> int:
        """Wait for the child's end; its exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End the child now: nothing that it holds is worth keeping."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

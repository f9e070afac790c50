"""A bot that looks and never touches: the real engine on the real streams, and every order it wants is kept back."""

from valr_maker.bot.bot import Bot
from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Engine, Phase
from valr_maker.engine.messages import Cancel, Place
from valr_maker.errors import ExchangeUnreachable

LOOK_EVERY_S = 0.05


class DryBot(Bot):
    """Runs until the engine has decided once. Sends no order and no cancel."""

    kept_back: tuple[Place | Cancel, ...] = ()

    async def look(self, patience_s: float) -> Engine:
        """The engine, after its first decision or after that time. Raises what keeps a bot from starting.

        Raises ExchangeUnreachable when nothing is ready in time.
        """
        await self._preflight()
        try:
            for task in self._work():
                self._spawn(task)
            waited_s = 0.0
            while not self._stop.is_set() and not self._has_decided() and waited_s < patience_s:
                await self._clock.sleep(LOOK_EVERY_S)
                waited_s += LOOK_EVERY_S
        finally:
            await self._end_tasks()
        if self._crash is not None:
            raise self._crash
        if self._error is not None:
            raise self._error
        if not self.engine.readiness.ever_ready:
            raise ExchangeUnreachable(
                f"not ready in {patience_s:g} s: {self.engine.readiness.lacking() or self.engine.why}",
                remedy="valr-maker doctor looks at every step from here to there",
            )
        return self.engine

    def _has_decided(self) -> bool:
        engine = self.engine
        if engine.account.leftovers:  # a bot would take them away first; this one only looks
            return engine.readiness.ready
        return engine.phase is Phase.QUOTING or (engine.phase is Phase.HOLDING and bool(engine.reasons))

    async def _do(self, command: msg.Command) -> None:
        if isinstance(command, Place | Cancel):
            self.kept_back = (*self.kept_back, command)
        else:
            await super()._do(command)

"""What came of sending: replies to order messages on the socket, and the outcomes of orders sent over REST.

Room rule: a clear no ends an order, anything else is asked about; silence is never taken for an answer.
"""

from valr_maker.engine import messages as msg
from valr_maker.engine.account_watch import AccountWatch
from valr_maker.engine.messages import Ask, Cancel, Command, Place, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.events import Note, Weight
from valr_maker.wire.frames import RateLimited
from valr_maker.wire.order_frames import CancelReply, InvalidCancel, InvalidPlace, PlaceLimitReply

SocketReply = PlaceLimitReply | InvalidPlace | CancelReply | InvalidCancel


class Replies:
    """Hands each outcome to the account's orders, and returns what people should hear of it."""

    def __init__(self, account: AccountWatch, questions: Questions) -> None:
        self._account, self._questions = account, questions

    def on_socket(self, message: SocketReply, now_s: float) -> list[Command]:
        """A reply to an order message. "Received" is all that a good one says."""
        match message:
            case PlaceLimitReply(error=None):
                self._account.acked(message.client_msg_id or "", message.data.order_id if message.data else None, now_s)
            case PlaceLimitReply() | InvalidPlace():
                why = message.error.message if message.error else getattr(message, "message", None)
                self._account.refused(message.client_msg_id or "", why or "the request was invalid", now_s)
            case CancelReply(error=None):
                pass  # received: the order's own events tell the rest
            case _:
                self._cancel_failed(_cancelled_cid(message.client_msg_id), now_s)
        return []

    def too_fast(self, message: RateLimited, now_s: float) -> list[Command]:
        """An order message was not looked at for its rate: that is as clear a no as any."""
        refused = message.client_msg_id or ""
        cid = _cancelled_cid(refused)
        if cid == refused:
            self._account.refused(cid, "the exchange limits us", now_s)
        else:
            self._cancel_failed(cid, now_s)
        return [_warn(now_s, f"the exchange limits us: {refused} was not carried out")]

    def underway(self, event: msg.Underway, _now_s: float) -> list[Command]:
        """An order goes over REST."""
        self._account.underway(event.command.cid, it_is=True)
        return []

    def acked(self, event: msg.Acked, now_s: float) -> list[Command]:
        """REST says that it is done, or at least received."""
        if isinstance(event.command, Place):
            self._account.underway(event.command.cid, it_is=False)
            self._account.acked(event.command.cid, event.order_id, now_s)
        else:  # v2 cancels are done when answered; the order's own word is still what counts
            self._ask_about(event.command, now_s)
        return []

    def declined(self, event: msg.Declined, now_s: float) -> list[Command]:
        """It was certainly not carried out."""
        if isinstance(event.command, Place):
            self._account.underway(event.command.cid, it_is=False)
            self._account.refused(event.command.cid, event.why, now_s)
            return [_warn(now_s, f"order refused: {event.why}")]
        self._cancel_failed(event.command.cid, now_s)
        return [_warn(now_s, f"cancel refused: {event.why}; asking what became of the order")]

    def unclear(self, event: msg.Unclear, now_s: float) -> list[Command]:
        """Nobody knows: ask."""
        if isinstance(event.command, Place):
            self._account.underway(event.command.cid, it_is=False)
            self._account.unclear(event.command.cid, now_s)
            return [_warn(now_s, f"order {event.command.cid} may or may not rest: {event.why}; asking the exchange")]
        self._ask_about(event.command, now_s)
        return []

    def _cancel_failed(self, cid: str, now_s: float) -> None:
        self._account.cancel_failed(self._account.orders.find(cid), now_s)

    def _ask_about(self, cancel: Cancel, now_s: float) -> None:
        ours = self._account.orders.find(cancel.cid) is not None
        self._questions.want(Ask(What.ORDER, cancel.cid) if ours else Ask(What.OPEN_ORDERS), now_s)


def cancel_message_id(cid: str) -> str:
    """The clientMsgId of a cancel, so that its reply is not taken for the order's."""
    return f"c.{cid}"


def _cancelled_cid(client_msg_id: str | None) -> str:
    return (client_msg_id or "").removeprefix("c.")


def _warn(now_s: float, text: str) -> Say:
    return Say(Note(now_s, text, Weight.WARNING))

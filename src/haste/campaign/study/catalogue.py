"""The paper's studies as data, and the controls that the paper lacks (arXiv 2606.30911)."""

from __future__ import annotations

from haste.schema.knowledge import Loading

from .plan import Arm, Contrast, Plan, Tries

_NOT_A_MODEL = (
    "The engineer is the built-in one: a fixed catalogue of techniques and no language model. What depends on how a "
    "model reads its context (being buried, distracted or made overconfident by skills) cannot show here."
)
_BUNDLED = "The competitions are small, and bundled with the package; larger or stranger data may behave otherwise."
_SAME_AUTHORS = "Catalogue and competitions have the same authors, who knew of both."

START = Plan(
    name="start",
    title="Cold against warm starts",
    question="Do skills learned on other competitions save refinements, and is a larger share of changes kept?",
    arms=(
        Arm(name="uninformed", title="cold, techniques in random order"),
        Arm(name="textbook", title="cold, techniques in a handbook's order", order="textbook"),
        Arm(
            name="impatient",
            title="as textbook, ended after four misses in a row",
            order="textbook",
            search={"stagnation_after": 4},  # as a warm run may end where experience promises no more
        ),
        Arm(name="warm", title="warm, else a handbook's order", order="textbook", loading=Loading.TIERED),
    ),
    teaching=("uninformed", "textbook"),
    contrasts=(
        Contrast(name="textbook", arm="warm", against="textbook"),
        Contrast(name="uninformed", arm="warm", against="uninformed"),
        Contrast(name="impatient", arm="warm", against="impatient"),
        Contrast(name="retry", arm="cold-then-warm", against="cold-twice"),
        Contrast(name="two-tries", arm="cold-twice", against="uninformed"),
        Contrast(name="handbook", arm="textbook", against="uninformed"),
    ),
    tries=(
        Tries(name="cold-twice", title="uninformed, then textbook", first="uninformed", second="textbook"),
        Tries(name="cold-then-warm", title="uninformed, then warm", first="uninformed", second="warm"),
    ),
    search={"confirm": False, "ensemble": False},
    cannot_show=(
        _NOT_A_MODEL,
        _SAME_AUTHORS,
        _BUNDLED,
        "The warm arm has a handbook's order for what no skill speaks of. Against the uninformed start that order "
        "counts as well as the skills; textbook against uninformed shows how much it is worth alone.",
        "Confirmation and averaging are off in all arms, so scores are those of the single best candidate of the "
        "search.",
        "A warm run may end after four misses in a row where experience promises little of the rest, a cold one only "
        "after twelve. So fewer refinements, and a larger share kept, are partly that rule's doing; impatient, "
        "cold and mostly ended sooner still, tells roughly how much. The rule was chosen on two seeds of eight of "
        "these competitions.",
    ),
)

LOADING = Plan(
    name="loading",
    title="Loading policies",
    question="With the same inventory and budget, does it matter which of its skills a run is shown?",
    arms=(
        Arm(name="none", title="no skills"),
        Arm(name="flat", title="flat: every skill of every other competition", loading=Loading.FLAT),
        Arm(name="tiered", title="tiered: global, and the domain's", loading=Loading.TIERED),
        Arm(name="retrieval", title="flat pool by BM25, same size", loading=Loading.RETRIEVAL, as_tiered=1.0),
        Arm(name="random", title="flat pool at random, same size", loading=Loading.RANDOM, as_tiered=1.0),
        Arm(name="tiered-ranked", title="tiered, the best half", loading=Loading.TIERED_RANKED, as_tiered=0.5),
    ),
    teaching=("none",),
    competition_tier=True,  # what single other competitions taught is what a flat pool suffers from
    contrasts=(
        Contrast(name="tiered against none", arm="tiered", against="none"),
        Contrast(name="tiered against flat", arm="tiered", against="flat"),
        Contrast(name="tiered against retrieval", arm="tiered", against="retrieval"),
        Contrast(name="tiered against random", arm="tiered", against="random"),
        Contrast(name="tiered-ranked against tiered", arm="tiered-ranked", against="tiered"),
        Contrast(name="flat against none", arm="flat", against="none"),
    ),
    search={"iterations": 8, "runner_up_iterations": 2, "confirm": False, "ensemble": False},
    cannot_show=(
        _NOT_A_MODEL,
        "Reading costs nothing here: the built-in engineer pays no tokens for a larger context.",
        _SAME_AUTHORS,
        _BUNDLED,
    ),
)

SIZE = Plan(
    name="size",
    title="Keep rate against the size of the inventory",
    question="Is a larger share of changes kept as more competitions have taught?",
    arms=(
        Arm(name="none", title="no skills"),
        Arm(name="from-2", title="taught by 2 competitions", loading=Loading.TIERED, teachers=2),
        Arm(name="from-5", title="taught by 5 competitions", loading=Loading.TIERED, teachers=5),
        Arm(name="from-9", title="taught by 9 competitions", loading=Loading.TIERED, teachers=9),
        Arm(name="from-all", title="taught by all others", loading=Loading.TIERED),
    ),
    teaching=("none",),
    contrasts=(
        Contrast(name="2 teachers", arm="from-2", against="none"),
        Contrast(name="5 teachers", arm="from-5", against="none"),
        Contrast(name="9 teachers", arm="from-9", against="none"),
        Contrast(name="all others", arm="from-all", against="none"),
    ),
    search={"iterations": 8, "runner_up_iterations": 2, "confirm": False, "ensemble": False},
    cannot_show=(
        _NOT_A_MODEL,
        "Teachers are drawn at random, so few of them may be of the domain.",
        "Inventories of one size differ between competitions, as some teach more than others: the sizes are not the "
        "same competitions' runs in equal shares.",
        _BUNDLED,
    ),
)

PIPELINE = Plan(
    name="pipeline",
    title="The stages of a specialist, one left out at a time",
    question="What does each stage of the pipeline contribute, on a cold start in a handbook's order?",
    arms=(
        Arm(name="whole", title="the whole pipeline", order="textbook"),
        Arm(name="no-screen", title="one prototype, no screen", order="textbook", search={"prototypes": 1}, alone=True),
        Arm(name="no-runner-up", title="no runner-up", order="textbook", search={"runner_up": False}, alone=True),
        Arm(name="no-noise", title="any gain is kept", order="textbook", search={"noise_aware": False}),
        Arm(name="no-confirm", title="no confirmation", order="textbook", search={"confirm": False}),
        Arm(name="no-ensemble", title="no averaging", order="textbook", search={"ensemble": False}),
        Arm(name="no-escalation", title="no escalation", order="textbook", search={"escalation": False}),
    ),
    contrasts=tuple(
        Contrast(name=name, arm="whole", against=name)
        for name in ("no-screen", "no-runner-up", "no-noise", "no-confirm", "no-ensemble", "no-escalation")
    ),
    search={"iterations": 8, "runner_up_iterations": 2},
    cannot_show=(
        _NOT_A_MODEL,
        "Averaging needs the confirm split, so leaving out the confirmation leaves out averaging as well.",
        "A single prototype leaves no runner-up, so the arm without a screen lacks both; what it saves in first "
        "scripts it does not get back. Where there is no runner-up, its refinements are the winner's: every arm may "
        "propose equally many.",
        _BUNDLED,
    ),
)

PLANS = {plan.name: plan for plan in (START, LOADING, SIZE, PIPELINE)}

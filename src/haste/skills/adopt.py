"""Taking in what a person wrote: a skill of ours by hand, or one from any Agent Skills folder, as a candidate."""

from __future__ import annotations

from haste.schema.knowledge import Skill, Status, Tier

from .claims import read_claim
from .markdown import FormError, read_document
from .skill import PREFIX, read_skill
from .words import digest


def adopt(text: str, tier: Tier, domain: str | None = None, competition: str | None = None) -> Skill:
    """A `SKILL.md` as a candidate of the given place, unchecked by the gate. Raises FormError for what is none.

    One that carries our fields keeps its id, claim, technique and conditions; its tier and place are the caller's,
    its status starts anew. One from elsewhere gets a claim of its own and keeps its other metadata.
    """
    document = read_document(text)
    place = {
        "tier": tier,
        "domain": domain if tier is not Tier.GLOBAL else None,
        "competition": competition if tier is Tier.COMPETITION else None,
        "status": Status.CANDIDATE,
    }
    if any(key.startswith(PREFIX) for key in document.metadata):
        ours = read_skill(text)
        found = (competition,) if competition else ours.discovered_in
        return ours.model_copy(update={**place, "origin": "person", "discovered_in": found, "conflicts_with": ()})
    name = document.fields.get("name", "")
    if not name or not document.fields.get("description"):
        msg = "a skill needs at least a name and a description"
        raise FormError(msg)
    return Skill(
        id="skill-" + digest(f"{name}\n{document.body}")[7:19],
        name=name,
        description=document.fields["description"],
        body=document.body,
        claim=str(read_claim(f"{domain or 'any'}/{name}/+")),
        discovered_in=(competition,) if competition else (),
        origin="import",
        license=document.fields.get("license"),
        compatibility=document.fields.get("compatibility"),
        extra=document.metadata,
        **place,
    )

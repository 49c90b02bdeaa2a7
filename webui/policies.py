"""Who may call which endpoint. An endpoint without a row is refused, and a test fails the build.

A row says who may come in at all; whether this very cycle, group or file is theirs is decided by the services, which
look everything up through the person.
"""

from __future__ import annotations

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.services import access
from webui.api.door import admit
from webui.auth.again import saved_form
from webui.auth.session import half, me
from webui.health import metrics

PUBLIC, SIGNED_IN, ADMIN, LEADER, LAB, PSYCHOLOGIST, TEAM = (
    "public",
    "signed_in",
    "school_admin",
    "leader",
    "lab",
    "psychologist",
    "team",
)
#: A program with a key made for the scope that follows (none: any key). Cookies open nothing there.
BEARER = "bearer "
#: Whoever watches the installation: a token or this machine, as the setting says (``TREFOIL_METRICS``).
MONITOR = "monitor"
#: A password was shown; the second step of signing in may be still to come.
HALF = "half"

#: Endpoint → who may come in.
POLICIES: dict[str, str] = {
    "static": PUBLIC,
    "accents": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.again": PUBLIC,
    "auth.step_in": PUBLIC,
    "auth.link": PUBLIC,
    "auth.language": PUBLIC,
    "auth.sign_out": PUBLIC,
    "auth.sign_out_everywhere": SIGNED_IN,
    "auth.profile": SIGNED_IN,
    "second_step.code": HALF,
    "second_step.setup": HALF,
    "provider.enter": PUBLIC,
    "provider.back": PUBLIC,
    "provider.start": SIGNED_IN,
    "provider.bind": SIGNED_IN,
    "provider.remove": SIGNED_IN,
    "home.index": SIGNED_IN,
    "home.read": SIGNED_IN,
    "home.read_all": SIGNED_IN,
    "cycles.listing": SIGNED_IN,
    "cycles.cycle": TEAM,
    "cycles.act": TEAM,
    "cycles.accept_rules": TEAM,
    "cycles.waive": TEAM,
    "cycles.timetable": TEAM,
    "cycles.triad": TEAM,
    "cycles.start": TEAM,
    "cycles.document": TEAM,
    "cycles.save": TEAM,
    "cycles.draft": TEAM,
    "cycles.discard": TEAM,
    "cycles.confirm": TEAM,
    "survey.answer": PUBLIC,
    "survey.thanks": PUBLIC,
    "survey.manage": TEAM,
    "survey.settings": TEAM,
    "survey.paper": TEAM,
    "survey.sheet": TEAM,
    "files.upload": TEAM,
    "files.download": TEAM,
    "results.results": TEAM,
    "results.package": TEAM,
    "results.leader": LEADER,
    "results.thresholds": LEADER,
    "results.handover": TEAM,
    "results.handovers": LAB,
    "results.summary": LAB,
    "growth.deficits": TEAM,
    "growth.answer_deficit": TEAM,
    "growth.change_deficit": TEAM,
    "growth.deficit_status": TEAM,
    "growth.tick_step": TEAM,
    "growth.mine": SIGNED_IN,
    "growth.plans": TEAM,
    "growth.plan": TEAM,
    "growth.plan_state": TEAM,
    "growth.decision": TEAM,
    "growth.transfers": LEADER,
    "growth.answer_transfer": LEADER,
    "growth.notes": PSYCHOLOGIST,
    "growth.read_note": PSYCHOLOGIST,
    "reports.index": SIGNED_IN,
    "reports.report": SIGNED_IN,
    "reports.answer": LAB,
    "reports.slides": SIGNED_IN,
    "reports.figures": SIGNED_IN,
    "reports.conference_now": SIGNED_IN,
    "reports.conference": SIGNED_IN,
    "events.index": SIGNED_IN,
    "events.add": SIGNED_IN,
    "events.edit": SIGNED_IN,
    "events.event": SIGNED_IN,
    "events.leave": SIGNED_IN,
    "events.document": SIGNED_IN,
    "events.import_table": SIGNED_IN,
    "visits.index": SIGNED_IN,
    "visits.plan": SIGNED_IN,
    "visits.visit": SIGNED_IN,
    "indicators.index": SIGNED_IN,
    "indicators.records": SIGNED_IN,
    "measures.index": SIGNED_IN,
    "measures.change": TEAM,
    "lab.board": TEAM,
    "lab.cycle": TEAM,
    "lab.deficit_map": LAB,
    "lab.techniques": LAB,
    "lab.figures": LAB,
    "lab.take": LAB,
    "maturity.index": SIGNED_IN,
    "maturity.team": TEAM,
    "maturity.begin": TEAM,
    "maturity.answer": TEAM,
    "maturity.growth": TEAM,
    "bank.index": SIGNED_IN,
    "bank.reviews": SIGNED_IN,
    "bank.new": TEAM,
    "bank.material": SIGNED_IN,
    "bank.edit": TEAM,
    "bank.send": TEAM,
    "bank.ask": TEAM,
    "bank.step": TEAM,
    "bank.review": TEAM,
    "bank.version": TEAM,
    "bank.upload": TEAM,
    "bank.remove": TEAM,
    "bank.file": SIGNED_IN,
    "exchange.index": SIGNED_IN,
    "exchange.seen": SIGNED_IN,
    "exchange.report": SIGNED_IN,
    "exchange.edit": TEAM,
    "exchange.try_material": SIGNED_IN,
    "exchange.try_report": SIGNED_IN,
    "exchange.mine": SIGNED_IN,
    "exchange.trial": SIGNED_IN,
    "agenda.index": SIGNED_IN,
    "agenda.link": SIGNED_IN,
    "agenda.subscribe": PUBLIC,
    "auth.letters": SIGNED_IN,
    "personal.mine": SIGNED_IN,
    "personal.ask": SIGNED_IN,
    "personal.privacy": PUBLIC,
    "personal.erase": ADMIN,
    "personal.acts": ADMIN,
    "personal.retention": ADMIN,
    "personal.consents": SIGNED_IN,
    "personal.revoke": SIGNED_IN,
    "district.index": SIGNED_IN,
    "district.materials": SIGNED_IN,
    "district.material": SIGNED_IN,
    "district.file": SIGNED_IN,
    "district.change": SIGNED_IN,
    "district.foreign": SIGNED_IN,
    "district.publish": SIGNED_IN,
    "district.invitations": SIGNED_IN,
    "district.reply": SIGNED_IN,
    "district.exchange": ADMIN,
    "district.export": ADMIN,
    "papers.download": SIGNED_IN,
    "papers.index": SIGNED_IN,
    "papers.answers": SIGNED_IN,
    "papers.ask": SIGNED_IN,
    "papers.job": SIGNED_IN,
    "papers.archive": SIGNED_IN,
    "papers.forget": SIGNED_IN,
    "school.people": ADMIN,
    "school.person": ADMIN,
    "school.add_person": ADMIN,
    "school.import_people": ADMIN,
    "school.person_link": ADMIN,
    "school.person_state": ADMIN,
    "school.letters": ADMIN,
    "school.letter_again": ADMIN,
    "school.year": ADMIN,
    "school.settings": ADMIN,
    "types.index": ADMIN,
    "types.detail": ADMIN,
    "types.switch": ADMIN,
    "types.lift": ADMIN,
    "types.upgrade": ADMIN,
    "types.carry_out": ADMIN,
    "types.take_back": ADMIN,
    "types.settings_page": ADMIN,
    "types.set_up": ADMIN,
    "types.purge_page": ADMIN,
    "types.purge": ADMIN,
    "types.purge_export": ADMIN,
    "declared.index": ADMIN,
    "declared.new": ADMIN,
    "declared.overview": ADMIN,
    "declared.part": ADMIN,
    "declared.text": ADMIN,
    "declared.form": ADMIN,
    "declared.publish": ADMIN,
    "declared.remove": ADMIN,
    "declared.file": ADMIN,
    "groups.index": ADMIN,
    "groups.add": ADMIN,
    "groups.group": SIGNED_IN,
    "groups.edit": ADMIN,
    "groups.seats": ADMIN,
    "api.document": PUBLIC,
    "api.docs": PUBLIC,
    "api.me": BEARER,
    "api.group_types": BEARER + "types:read",
    "api.group_type": BEARER + "types:read",
    "api.group_list": BEARER + "groups:read",
    "api.group": BEARER + "groups:read",
    "api.cycle_list": BEARER + "cycles:read",
    "api.cycle_open": BEARER + "cycles:write",
    "api.cycle": BEARER + "cycles:read",
    "api.cycle_explain": BEARER + "cycles:read",
    "api.cycle_fire": BEARER + "cycles:write",
    "api.cycle_journal": BEARER + "cycles:read",
    "api.cycle_results": BEARER + "cycles:read",
    "api.submission_list": BEARER + "submissions:read",
    "api.submission": BEARER + "submissions:read",
    "api.submission_draft": BEARER + "submissions:write",
    "api.submission_save": BEARER + "submissions:write",
    "api.submission_submit": BEARER + "submissions:write",
    "api.submission_confirm": BEARER + "submissions:write",
    "api.material_list": BEARER + "bank:read",
    "api.material": BEARER + "bank:read",
    "api.event_list": BEARER + "events:read",
    "api.event": BEARER + "events:read",
    "programs.mine": SIGNED_IN,
    "programs.revoke": SIGNED_IN,
    "programs.school": ADMIN,
    "programs.webhooks": ADMIN,
    "programs.webhook": ADMIN,
    "programs.change": ADMIN,
    "programs.again": ADMIN,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "health.metrics": MONITOR,
}


def is_public(endpoint: str | None) -> bool:
    """Whether anybody may call it."""
    return endpoint is None or POLICIES.get(endpoint) == PUBLIC


def init_app(app: Flask) -> None:
    """Refuse before any view runs."""
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None
    policy = POLICIES.get(endpoint)
    if policy is None:
        abort(403)
    if policy == PUBLIC:
        return None
    if policy == MONITOR:
        return None if metrics.may_watch() else abort(404)
    if policy.startswith(BEARER):
        admit(policy.removeprefix(BEARER))
        return None
    person = me(optional=True)
    if person is None and half() is not None:
        if policy == HALF:
            return None
        if request.method == "POST":
            return saved_form(sign_in=True)
        return redirect(url_for("second_step.code", next=request.full_path.rstrip("?")))
    if person is None:
        if request.method == "POST":
            return saved_form(sign_in=True)
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    if not _allowed(policy):
        abort(404 if request.view_args else 403)  # whether a thing exists is told only to those who may open it
    return None


def _allowed(policy: str) -> bool:
    """TEAM and SIGNED_IN are open to everybody signed in: the services look the object up through the person."""
    if policy in (SIGNED_IN, TEAM, HALF):
        return True
    person = me()
    if policy == ADMIN:
        return access.is_admin(person)
    if policy == LEADER:
        return bool(access.led_groups(person))
    if policy == LAB:
        return access.is_lab_member(person)
    return access.is_psychologist(person)

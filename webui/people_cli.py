"""Commands about people and schools: ``trefoil users`` and ``trefoil school``."""

from __future__ import annotations

import click

from engine.services import accounts, second_step
from engine.services.directory import add_admin, colleague, people_of_installation, person_by_login
from engine.services.district import schools as districts
from webui.command import Plain, open_app


@click.group(cls=Plain)
def users() -> None:
    """Accounts of the installation."""


@users.command(name="list")
def users_list() -> None:
    """Everybody with a login or without."""
    with open_app().app_context():
        for person in people_of_installation():
            click.echo(f"{person.login or '—'}\t{person.full_name}\t{person.school.name}")


@users.command(name="invite")
@click.argument("last_name", metavar="ФАМИЛИЯ")
@click.argument("first_name", metavar="ИМЯ")
@click.argument("patronymic", metavar="[ОТЧЕСТВО]", default="")
@click.option("--school", "school_id", type=int, help="Number of the school when there are several.")
def users_invite(last_name: str, first_name: str, patronymic: str, school_id: int | None) -> None:
    """Print a one-time invitation for a colleague, known or new."""
    with open_app().app_context():
        click.echo(f"/link/{accounts.make_link('invitation', colleague(last_name, first_name, patronymic, school_id))}")


@users.command(name="reset")
@click.argument("login")
def users_reset(login: str) -> None:
    """Print a one-time link for a new password."""
    with open_app().app_context():
        click.echo(f"/link/{accounts.make_link('reset', person_by_login(login))}")


@users.command(name="reset-second-step")
@click.argument("login")
def users_reset_second_step(login: str) -> None:
    """Take the second step off whoever has lost both the phone and the codes on paper; their sessions end."""
    with open_app().app_context():
        second_step.reset_from_server(person_by_login(login))
        click.echo("Второй шаг снят. При следующем входе его настраивают заново")


@users.command(name="add-admin")
@click.argument("login")
def users_add_admin(login: str) -> None:
    """Make somebody with a login an administrator of their school."""
    with open_app().app_context():
        add_admin(login)
        click.echo("Готово")


@click.group(cls=Plain, name="school")
def school_group() -> None:
    """Schools of the installation and their district communities."""


@school_group.command(name="list")
def school_list() -> None:
    """Every school with its district."""
    with open_app().app_context():
        for school, district in districts.listing():
            click.echo(f"{school.id}\t{school.name}\t{district or '—'}")


@school_group.command(name="add")
@click.argument("name", metavar="НАЗВАНИЕ")
@click.option("--admin", required=True, metavar="«ФАМИЛИЯ ИМЯ ОТЧЕСТВО»", help="Its first administrator.")
@click.option("--district", default="", help="The district community it belongs to.")
def school_add(name: str, admin: str, district: str) -> None:
    """Add a school; print the one-time invitation of its administrator."""
    last, first, patronymic = (*admin.split(maxsplit=2), "", "", "")[:3]
    with open_app().app_context():
        person = districts.add(name, district, (last, first, patronymic))
        click.echo(f"/link/{accounts.make_link('invitation', person)}")


@school_group.command(name="join")
@click.argument("school_id", type=int)
@click.argument("district")
def school_join(school_id: int, district: str) -> None:
    """Put a school into a district community; an empty name takes it out."""
    with open_app().app_context():
        districts.join(school_id, district)
        click.echo("Готово")


@school_group.command(name="coordinator")
@click.argument("login")
def school_coordinator(login: str) -> None:
    """Make somebody the coordinator of the district their school belongs to."""
    with open_app().app_context():
        districts.appoint(login)
        click.echo("Готово")

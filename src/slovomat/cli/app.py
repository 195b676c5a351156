"""The tree of all commands."""

from slovomat.cli import (
    asking,
    backup,
    books,
    codes,
    config,
    doctor,
    jobs,
    keys,
    migrate,
    models,
    modes,
    payments,
    prices,
    restore,
    serving,
    simulate,
    upstream,
    users,
)
from slovomat.cli.command import command
from slovomat.cli.root import make_root

_NEGATIVE_NUMBERS = {"ignore_unknown_options": True}

app = make_root()
command(app, "serve")(serving.serve)
command(app, "init")(config.init)
command(app, "doctor")(doctor.doctor)
app.add_typer(config.app)
for people in (users.app, keys.app):
    app.add_typer(people)
command(app, "credit", context_settings=_NEGATIVE_NUMBERS)(users.credit)
for offer in (prices.plans, prices.packs, codes.app, payments.app):
    app.add_typer(offer)
for work in (jobs.app, upstream.app, modes.app, models.app):
    app.add_typer(work)
command(app, "audit")(books.audit)
command(app, "backup")(backup.backup)
command(app, "restore")(restore.restore)
command(app, "migrate")(migrate.migrate)
command(app, "ask")(asking.ask)
command(app, "simulate")(simulate.simulate)

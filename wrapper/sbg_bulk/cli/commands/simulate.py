"""`sbg-bulk simulate`: the service on this machine, to practise and to test on."""

from __future__ import annotations

import errno
import shlex
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import click

from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    default=0,
    help="Port to listen on, up to 65535; 0 for any free one.  [default: 0]",
)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--i-know", is_flag=True, help="Allow addresses that other machines can reach.")
@click.option(
    "--seed",
    metavar="NAME",
    default="demo",
    show_default=True,
    help="Projects and files to start with: demo, examples or empty.",
)
@click.option(
    "--speed",
    metavar="N",
    type=float,
    default=1.0,
    show_default=True,
    help="Run jobs N times faster; the rate limit keeps real time.",
)
@click.option(
    "--rate-limit",
    metavar="N/SECONDS|off",
    default="1000/300",
    show_default=True,
    help="Allow N requests per SECONDS.",
)
@click.option(
    "--fault",
    "faults",
    metavar="RULE",
    multiple=True,
    help="Fail on purpose, for example 'kind=429 op=list_async_jobs times=2'. May be repeated.",
)
@click.option(
    "--variant",
    "switches",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change behaviour that the platform's documentation does not specify, for example links=empty or "
    "total_header=no. May be "
    "repeated.",
)
@click.option(
    "--tls",
    metavar="[FILE]",
    is_flag=False,
    flag_value="simulator-ca.pem",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Use HTTPS with a new certificate; write the CA certificate that clients must trust to FILE.  [default FILE: "
    "simulator-ca.pem]",
)
@json_option
def simulate(
    port: int,
    host: str,
    i_know: bool,
    seed: str,
    speed: float,
    rate_limit: str,
    faults: tuple[str, ...],
    switches: tuple[str, ...],
    tls: Path | None,
    as_json: bool,
) -> None:
    """Start a simulator of the platform on this machine; it runs until Ctrl-C or SIGTERM.

    The first line of output has its URL and its token; with --json as {"url": ..., "token": ...}, with --tls also
    "authority", the file to trust. Open the URL in a browser on this machine for a live view of files, jobs, requests
    and faults, and to try the API.
    """
    try:
        # Its packages are an extra.
        from sbg_bulk.simulator import Simulator, Variant, parse_rate_limit, seeds, serve
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"The simulator needs packages that are not installed ({error.name}): pip install 'sbg-bulk[simulator]'"
        ) from None

    def ready(url: str) -> None:
        if as_json:
            trusted = {} if tls is None else {"authority": str(tls.resolve())}
            write_json({"url": url, "token": seeds.TOKEN, **trusted})
            return
        click.echo(f"Simulator at {url}, token {seeds.TOKEN}")
        note(f"Use it from another terminal:\n  export SB_API_ENDPOINT={url} SB_AUTH_TOKEN={seeds.TOKEN}")
        if tls is not None:
            file = shlex.quote(str(tls.resolve()))
            note(f"and there, to trust its certificate:\n  export SSL_CERT_FILE={file} REQUESTS_CA_BUNDLE={file}")
            note(f"The same user has a token that looks like a real one:\n  {seeds.LIKELY_TOKEN}")
        page = _page(url)
        if page is not None:
            note(f"Or open its page in a browser on this machine:\n  {page}")
        note("Stop it with Ctrl-C.")

    try:
        simulator = Simulator(
            seed=seed,
            speed=speed,
            rate_limit=parse_rate_limit(rate_limit),
            variant=Variant.parse(switches),
            faults=faults,
        )
        serve(simulator, host=host, port=port, on_ready=ready, i_know=i_know, tls=tls)
    except BrokenPipeError:
        raise
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            told = f"Port {port} is in use, perhaps by another simulator. Choose another with --port."
            raise click.UsageError(f"{told} [{error.strerror}]") from None
        raise click.UsageError(str(error)) from None


def _page(url: str) -> str | None:
    """Where this machine finds the simulator's page; None if it is served at an address where nobody gets it."""
    served = urlsplit(url)
    address = ip_address(served.hostname or "")
    if address.is_unspecified:
        return f"{served.scheme}://localhost:{served.port}/"
    return f"{served.scheme}://{served.netloc}/" if address.is_loopback else None

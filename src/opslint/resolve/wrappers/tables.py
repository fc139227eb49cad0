"""Commands that run another command: which options take a value, what stands before the inner command.

Facts from the tools' own manuals; a row names the wrapper, not what it wraps.
"""

from __future__ import annotations

from functools import cache

import msgspec


class Wrapper(msgspec.Struct, frozen=True):
    """How to find the inner command of one wrapper.

    Shape: words parted by spaces, taken apart when a command needs them (most never are): `verbs` are the sub-commands that
           make it a wrapper (empty: it always is one); `valued` the options, of the wrapper
           or the verb, whose value is a word of its own; `skip` operands that stand before the inner command;
           `dashes` True where only what stands after `--` is the inner command; `operand` "image" where the last skipped
           operand is one; `strip_version` where the inner command is written `name@version`.
    """

    verbs: str = ""
    valued: str = ""
    skip: int = 0
    assignments: bool = False
    dashes: bool = False
    remote: bool = False
    strip_version: bool = False
    operand: str = ""


@cache
def words_in(text: str) -> frozenset[str]:
    """The words of a table's cell."""
    return frozenset(text.split())


def _row(verbs: str = "", valued: str = "", **more: int | bool | str) -> Wrapper:
    return Wrapper(verbs, valued, **more)  # type: ignore[arg-type]  # keywords of the struct


PLAIN: dict[str, Wrapper] = {
    "sudo": _row(
        valued="-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --role --type", assignments=True
    ),
    "doas": _row(valued="-u -C"),
    "env": _row(valued="-u -C --unset --chdir", assignments=True),
    "cross-env": _row(assignments=True),
    "time": _row(valued="-f -o --format --output"),
    "gtime": _row(valued="-f -o --format --output"),
    "timeout": _row(valued="-k -s --kill-after --signal", skip=1),
    "gtimeout": _row(valued="-k -s --kill-after --signal", skip=1),
    "nice": _row(valued="-n --adjustment"),
    "ionice": _row(valued="-c -n -p --class --classdata"),
    "chrt": _row(skip=1),
    "taskset": _row(skip=1),
    "numactl": _row(valued="-N -m -C -i -p"),
    "nohup": _row(),
    "setsid": _row(),
    "stdbuf": _row(valued="-i -o -e --input --output --error"),
    "unbuffer": _row(),
    "command": _row(),
    "builtin": _row(),
    "exec": _row(valued="-a"),
    "chronic": _row(),
    "eatmydata": _row(),
    "fakeroot": _row(valued="-l -s -i -b --lib --faked"),
    "fakechroot": _row(),
    "faketime": _row(skip=1),
    "flock": _row(valued="-w -E --timeout --wait --conflict-exit-code", skip=1),
    "gosu": _row(skip=1),
    "su-exec": _row(skip=1),
    "runuser": _row(valued="-u -g -G --user --group"),
    "dumb-init": _row(),
    "tini": _row(valued="-p -e"),
    "catchsegv": _row(),
    "caffeinate": _row(valued="-t -w"),
    "arch": _row(),
    "setarch": _row(skip=1),
    "linux32": _row(),
    "xvfb-run": _row(valued="-n -e -f -s -p -w --server-num --error-file --auth-file --server-args --xauth-protocol --wait"),
    "dbus-run-session": _row(valued="--config-file --dbus-daemon"),
    "dbus-launch": _row(),
    "winpty": _row(),
    "wsl": _row(valued="-d -u --distribution --user --cd -e --exec"),
    "wine": _row(),
    "xcrun": _row(valued="--sdk --toolchain"),
    "strace": _row(valued="-o -e -p -s -u"),
    "valgrind": _row(),
    "mpirun": _row(valued="-n -np -N -c --np --host --hostfile -H -x"),
    "mpiexec": _row(valued="-n -np -N -host -hostfile"),
    "srun": _row(valued="-n -N -p -c -t -J --ntasks --nodes --partition --time --job-name"),
    "retry": _row(valued="-t -s -m -d --times --sleep --max --delay --until --tries --attempts --max-attempts --timeout"),
    "travis_retry": _row(),
    "travis_wait": _row(),
    "ddtrace-run": _row(),
    "opentelemetry-instrument": _row(valued="--traces_exporter --metrics_exporter --service_name --exporter_otlp_endpoint"),
    "aws-vault": _row("exec", "-d --duration --region", skip=1),
    "chamber": _row("exec", "-b", dashes=True),
    "berglas": _row("exec", dashes=True),
    "dotenv": _row(valued="-e -f -v -p -c --file"),
    "dotenvx": _row("run", "-f -fk --env-file --env"),
    "env-cmd": _row(valued="-f -e -r --file --environments"),
    "doppler": _row("run", "-p -c -t --project --config --token --mount --config-dir"),
    "op": _row("run", "--env-file --account --session"),
    "infisical": _row("run", "--env --path --token --projectId --domain"),
    "teller": _row("run", "-c --config"),
    "summon": _row(valued="-f -p -D -e --environment"),
    "sops": _row("exec-env", skip=1),
    "buildevents": _row("cmd", dashes=True),
    "lerna": _row("exec", "--scope --ignore --concurrency --since --loglevel", dashes=False),
    "nlx": _row(strip_version=True),
    "nx-cloud": _row("record", dashes=True),
    "newrelic-admin": _row("run-program"),
    "dagger": _row("run", "--progress --focus"),
    "poetry": _row("run", "-C -P --directory --project"),
    "pipenv": _row("run"),
    "tox": _row("exec", "-e --env", dashes=True),
    "pdm": _row("run", "-p --project -s --site-packages"),
    "rye": _row("run", "--pyproject"),
    "hatch": _row("run", "-e --env -p --project -i -x --include --exclude"),
    "pixi": _row("run", "-e --environment --manifest-path -m"),
    "conda": _row("run", "-n -p --name --prefix --cwd"),
    "mamba": _row("run", "-n -p --name --prefix --cwd"),
    "micromamba": _row("run", "-n -p -r --name --prefix --root-prefix --cwd"),
    "uvx": _row(
        valued="--from --with --with-requirements --with-editable -p --python --index --index-url --extra-index-url -c "
        "--constraints --refresh-package --directory --project",
        strip_version=True,
    ),
    "pipx": _row("run", "--spec --python --index-url --pip-args", strip_version=True),
    "bunx": _row(valued="-p --package", strip_version=True),
    "pnpx": _row(valued="--package --allow-build --reporter", strip_version=True),
    "bundle": _row("exec", "--gemfile"),
    "composer": _row("exec", "-d --working-dir"),
    "opam": _row("exec", "--switch", dashes=True),
    "stack": _row("exec", "--stack-yaml --resolver", dashes=False),
    "cabal": _row("exec", "--project-file", dashes=False),
    "rbenv": _row("exec"),
    "pyenv": _row("exec"),
    "asdf": _row("exec"),
    "direnv": _row("exec", skip=1),
    "mise": _row("exec", "-C --cd -E --env -j --jobs -c --command", dashes=True),
    "rtx": _row("exec", dashes=True),
    "fnm": _row("exec", "--using"),
    "volta": _row("run", "--node --npm --yarn --pnpm"),
    "rustup": _row("run", skip=1),
    "corepack": _row(strip_version=True),
    "devbox": _row("run", "-c --config -e --env --env-file"),
    "flox": _row("activate", "-d -r --dir --remote", dashes=True),
    "devenv": _row("shell"),
    "nix": _row("develop", "--profile --option -I --override-input -f --file", dashes=False),
    "apptainer": _row("exec", "-B -H --bind --home --pwd --env", skip=1, operand="image"),
    "singularity": _row("exec", "-B -H --bind --home --pwd --env", skip=1, operand="image"),
    "kubectl": _row("exec", "-n -c --namespace --container --context --kubeconfig", dashes=True, remote=True),
    "oc": _row("exec", "-n -c --namespace --container --context --kubeconfig", dashes=True, remote=True),
}
"""Wrappers of one form."""

MORE: dict[str, tuple[Wrapper, ...]] = {
    "uv": (
        _row(
            "run",
            "--with --with-requirements --with-editable --extra --group --only-group --no-group --package -p --python --env-file "
            "--index --index-url --extra-index-url --directory --project --no-extra --python-platform --config-file --cache-dir",
        ),
        _row("tool run", "--from --with -p --python --index --index-url --directory --project", strip_version=True),
    ),
    "mise": (_row("x", "-C --cd -E --env -j --jobs", dashes=True),),
    "npm": (
        _row("exec", "-p -w -c --package --workspace --prefix", strip_version=True),
        _row("x", "-p -w -c --package --workspace --prefix", strip_version=True),
    ),
    "pnpm": (
        _row("exec", "-C -F --filter --dir --resume-from"),
        _row("dlx", "-C -F --package --filter --dir", strip_version=True),
    ),
    "yarn": (_row("exec", "--cwd"), _row("dlx", "-p --package --cwd", strip_version=True)),
    "bun": (_row("x", "-p --package --cwd", strip_version=True),),
    "dotnet": (_row("tool run"), _row("tool exec", strip_version=True)),
    "pulumi": (_row("env run", dashes=True),),
    "esc": (_row("run", dashes=True),),
    "docker": (
        _row("exec", "-e -u -w --env --env-file --user --workdir --detach-keys", skip=1),
        _row("container exec", "-e -u -w --env --env-file --user --workdir --detach-keys", skip=1),
    ),
    "podman": (_row("exec", "-e -u -w --env --env-file --user --workdir", skip=1),),
    "nerdctl": (_row("exec", "-e -u -w --env --env-file --user --workdir", skip=1),),
}
"""Wrappers with several forms."""

COMPOSE_VALUED = words_in(
    "-f -p --file --project-name --profile --env-file --project-directory --ansi --progress --parallel -e -u -v -w -l --env "
    "--name --user --volume --workdir --entrypoint --label --publish --index --cap-add --cap-drop --env-from-file"
)
DOCKER_VALUED = words_in(
    "-a -c -e -h -l -m -p -u -v -w -H --add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent "
    "--cgroupns --cidfile --context --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device --dns --dns-search "
    "--domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries "
    "--health-timeout --hostname --ip --ipc --isolation --label --label-file --link --log-driver --log-level --log-opt "
    "--mac-address --memory --memory-swap --mount --name --net --network --network-alias --oom-score-adj --pid --pids-limit "
    "--platform --publish --pull --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt "
    "--sysctl --tmpfs --ulimit --user --userns --uts --volume --volume-driver --volumes-from --workdir --config --host "
    "--arch --os --authfile --secret"
)
XARGS_VALUED = words_in(
    "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-lines --max-procs --max-chars --process-slot-var"
)
PARALLEL_VALUED = words_in(
    "-a -j -S -I -N -n -L -d -C --jobs --arg-file --colsep --delay --joblog --max-args --results --retries --sshlogin "
    "--timeout --tmpdir --halt --load --memfree"
)
POWERSHELL_VALUED = words_in(
    "-executionpolicy -ep -ex -workingdirectory -wd -outputformat -o -inputformat -if -configurationname -config -version -v "
    "-psconsolefile -windowstyle -w -custompipename -settingsfile"
)
SSH_VALUED = words_in("-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w")
NPX_VALUED = words_in("-p -c -w --package --call --workspace --node-arg --registry --prefix --cache --userconfig --node-options")
PYTHON_VALUED = frozenset({"-W", "-X", "--check-hash-based-pycs"})
COVERAGE_VALUED = words_in("--source --source-pkgs --include --omit --rcfile --context --data-file --concurrency --debug")
CONCURRENTLY_VALUED = words_in(
    "-n -c -p -s -l -m -t --names --name-separator --prefix-colors --prefix --prefix-length --success --max-processes "
    "--timestamp-format --restart-tries --restart-after --hide --kill-signal --ks --kill-timeout --default-input-target --teardown"
)
NODE_COVERAGE_VALUED = words_in(
    "-r -n -x -e -i -o --reporter --reports-dir --report-dir --include --exclude --extension --temp-directory --temp-dir --src --cwd "
    "--branches --functions --lines --statements --require --config --nycrc-path"
)
SHORTCUTS = {
    "npm": "npm run",
    "pnpm": "pnpm run",
    "yarn": "yarn run",
    "bun": "bun run",
    "node": "node --run",
    "deno": "deno task",
}
"""What `npm:x` and its kin mean to concurrently."""

MODULES = words_in("pip_audit pip_licenses pre_commit detect_secrets cyclonedx_py check_jsonschema check_manifest lm_eval")
"""Python modules whose program is written with "-"."""

SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ash", "ksh"})

BASE_IMAGES = words_in(
    "python node golang rust ruby php openjdk eclipse-temurin amazoncorretto maven gradle alpine ubuntu debian centos "
    "fedora rockylinux almalinux amazonlinux busybox buildpack-deps gcc swift elixir erlang haskell perl julia r-base "
    "rocker miniconda3 mambaforge micromamba bun deno sdk dotnet-sdk ubi8 ubi9 opensuse archlinux bash pypy playwright "
    "cypress-base browsers ci-base nix"
)
"""Images without an entry point of their own: what follows their name is a whole command."""

SUBCOMMANDS = words_in(
    "apply audit baseline build check config container create deploy destroy detect diff dir directory exec export fs "
    "filesystem fix format git github helm image import init install k8s lint list login migrate plan policy protect "
    "publish pull push release render repo repository report rootfs run sbom scan serve start status sync template test up "
    "update upload validate verify version vm generate analyze analyse filesystem packages kubernetes docker local remote"
)
"""Words that follow an image as arguments of its entry point far more often than as commands."""

SCRIPT_NAMES = words_in(
    "test tests build lint start dev check format fmt deploy release serve ci coverage e2e typecheck types type-check "
    "validate verify prepare clean docs preview bench benchmark compile bundle package generate codegen watch setup "
    "bootstrap pretest posttest unit integration install-deps prettier:check storybook prepack postinstall typedoc-build "
    "all server client web api app site"
)
"""`yarn X` and `pnpm X`: names that mean a script of package.json, not a program."""

YARN_BUILTINS = words_in(
    "add audit autoclean bin cache config constraints create dedupe dlx exec explain generate-lock-entry global help import "
    "info init install licenses link list login logout node npm outdated owner pack patch patch-commit plugin policies "
    "prune publish rebuild remove run search self-update set stage tag team test unlink unplug up upgrade "
    "upgrade-interactive version versions why workspace workspaces i rm ls store fetch deploy doctor env root recursive m "
    "pm update x c server setup approve-builds catalog-install ci"
)
"""Sub-commands of yarn, pnpm and bun themselves."""

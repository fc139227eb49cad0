"""Command lines that build images or start services: `docker build`, `podman build`, `buildah bud`, `executor`, `docker compose`."""

from __future__ import annotations

from opslint.resolve.follow.containers.dockerfile import CONTAINERFILES, DOCKERFILES, Build, built, found_file
from opslint.resolve.follow.containers.values import UNKNOWN, options
from opslint.resolve.follow.follower import Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.wrappers.form import operand
from opslint.resolve.wrappers.tables import DOCKER_VALUED, words_in

BUILD_VALUED = words_in(
    "-f --file -t --tag --target --build-arg --build-context --platform --cache-from --cache-to -o --output --label --secret --ssh "
    "--progress --builder --network --add-host --iidfile --metadata-file --allow --annotation --attest --no-cache-filter "
    "--shm-size --ulimit --cgroup-parent --isolation -m --memory --memory-swap -c --cpu-shares --cpuset-cpus --cpuset-mems "
    "--cpu-period --cpu-quota --security-opt --format --authfile --creds --cert-dir --arch --os --variant --jobs -v --volume "
    "--runtime --userns --manifest --env --ignorefile --logfile --signature-policy --cap-add --cap-drop --call --sbom "
    "--provenance --project --token --retry --retry-delay --timestamp --unsetenv --unsetlabel --layer-label --hooks-dir"
)
KANIKO_VALUED = words_in(
    "-f --dockerfile -c --context -d --destination --target --build-arg --cache-repo --cache-dir --cache-ttl --context-sub-path "
    "--customPlatform --custom-platform --digest-file --image-name-with-digest-file --image-name-tag-with-digest-file "
    "--registry-mirror --registry-certificate --snapshot-mode --snapshotMode --tar-path --tarPath --verbosity -v --label "
    "--ignore-path --image-fs-extract-retry --push-retry --log-format --oci-layout-path --use-new-run --git --kaniko-dir"
)
_REMOTE = ("http://", "https://", "git@", "git://", "github.com/", "ssh://", "s3://", "gs://", "tar://", "oci-layout://")


def docker(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What `docker`, `podman` and `nerdctl` build or start; None where they do neither with files that are here.

    Source: Docker CLI reference, "docker buildx build", "docker compose".
    """
    index = operand(argv, 1, DOCKER_VALUED)
    verb = argv[index] if index < len(argv) else ""
    if verb == "compose":
        return compose((argv[0], *argv[index + 1 :]), folder, env, files)
    if verb in ("image", "builder", "buildx"):
        index = operand(argv, index + 1, DOCKER_VALUED | {"--builder"})
        verb = argv[index] if index < len(argv) else ""
        if verb == "bake" and "buildx" in argv[:index]:
            from opslint.resolve.follow.containers.bake import baked

            return baked(argv[index + 1 :], folder, env, files)
    if verb not in ("build", "b"):
        return None
    names = DOCKERFILES if argv[0] != "podman" else CONTAINERFILES
    return _build(argv[index + 1 :], folder, env, files, names)


def builder(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What `buildah bud`, `img build` and `depot build` run."""
    index = operand(argv, 1, DOCKER_VALUED)
    verb = argv[index] if index < len(argv) else ""
    if verb == "bake" and argv[0] == "depot":
        from opslint.resolve.follow.containers.bake import baked

        return baked(argv[index + 1 :], folder, env, files)
    if verb not in ("bud", "build", "build-using-dockerfile"):
        return None
    return _build(argv[index + 1 :], folder, env, files, CONTAINERFILES if argv[0] == "buildah" else DOCKERFILES)


def compose(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What `docker-compose` builds and starts."""
    from opslint.resolve.follow.containers.compose import composed

    return composed(argv[1:], folder, env, files)


def kaniko(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What kaniko's executor runs; it builds every stage up to the target unless it is told to skip those not used.

    Source: kaniko, README, "Additional Flags".
    """
    del env
    given, _ = options(argv[1:], KANIKO_VALUED)
    context = _last(given, "--context", "-c")
    name = _last(given, "--dockerfile", "-f")
    if not context and not name:
        return None
    context = context.removeprefix("dir://")
    if context.startswith(_REMOTE):
        return None
    root = joined(folder, context) if context else folder
    inner = _last(given, "--context-sub-path")
    root = joined(root, inner) if inner else root
    path = found_file((name,) if name else DOCKERFILES, (root, folder), files) if name != UNKNOWN else ""
    return led(
        Build(
            path=path,
            context=root,
            target=_last(given, "--target"),
            arguments=arguments_of(given.get("--build-arg", []), {}),
            every=given.get("--skip-unused-stages", ["false"])[-1] not in ("", "true"),
        ),
        files,
    )


def _build(words: tuple[str, ...], folder: str, env: dict[str, str], files: Files, names: tuple[str, ...]) -> Led | None:
    """One image as a command line says."""
    given, rest = options(words, BUILD_VALUED)
    if "--check" in given or _last(given, "--call") not in ("", "build"):
        return None  # looks at the Dockerfile and builds nothing
    context = rest[-1] if rest else "."
    if context == "-" or context.startswith(_REMOTE):
        return None
    root = joined(folder, context)
    name = _last(given, "--file", "-f")
    if UNKNOWN in name + root or root.startswith(".."):
        return None
    path = found_file((name,), (folder, root), files) if name else found_file(names, (root,), files)
    return led(
        Build(
            path=path,
            context=root,
            target=_last(given, "--target"),
            arguments=arguments_of(given.get("--build-arg", []), env),
            every=env.get("DOCKER_BUILDKIT") == "0",
        ),
        files,
    )


def led(build: Build, files: Files) -> Led | None:
    """What one build runs, None where nothing can be said."""
    image = built(build, files) if build.path else None
    return Led(leads=image.leads) if image is not None else None


def arguments_of(words: list[str], env: dict[str, str]) -> dict[str, str]:
    """The values of `--build-arg NAME=value`; a bare name takes the value of the environment."""
    found: dict[str, str] = {}
    for word in words[:200]:
        name, equals, value = word.partition("=")
        known = value if equals else env.get(name, UNKNOWN)
        found[name.strip()] = UNKNOWN if "{{" in known or "$" in known else known
    return found


def _last(given: dict[str, list[str]], *names: str) -> str:
    """The value of the last of some spellings of an option, "" where none stands there."""
    return next((given[name][-1] for name in names if given.get(name)), "")

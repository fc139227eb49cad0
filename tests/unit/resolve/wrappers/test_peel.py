"""Wrappers and what they run."""

from __future__ import annotations

import pytest

from opslint.resolve.shell import commands_of
from opslint.resolve.wrappers import layers_of, named


@pytest.mark.parametrize(
    ("script", "argv"),
    [
        (line.partition(" => ")[0], tuple(line.partition(" => ")[2].split()))
        for line in """\
sudo -E -u root pytest -q => pytest -q
env -u X A=b pytest => pytest
env -S 'pytest -q' => pytest -q
time -p pytest => pytest
timeout --signal=KILL 5m pytest => pytest
timeout -k 5 60 pytest -q => pytest -q
nice -n 10 pytest => pytest
ionice -c 3 nohup pytest => pytest
stdbuf -oL pytest => pytest
xargs -0 -n1 -P 4 flake8 --select E => flake8 --select E
exec pytest => pytest
command pytest => pytest
xvfb-run -a -s '-screen 0' pytest => pytest
dbus-run-session -- pytest => pytest
retry -t 3 -- pytest => pytest
poetry -C app run pytest -q => pytest -q
poetry run python -m pytest -q => pytest -q
pipenv run pytest => pytest
pdm run -p app pytest => pytest
hatch run pytest => pytest
hatch run test:pytest -q => pytest -q
hatch -e dev run pytest => pytest
rye run pytest => pytest
uv run --locked --group dev --with x pytest -q => pytest -q
uv --directory app run pytest => pytest
uv tool run ruff@0.4 check => ruff check
uvx --from 'ruff>=0.4' ruff check => ruff check
uvx ruff==0.4.1 check => ruff check
pipx run --spec bandit[toml] bandit -r . => bandit -r .
pipx run black==24.1 --check . => black --check .
conda run -n env --no-capture-output pytest => pytest
micromamba run -n env pytest => pytest
npx --yes eslint@8 . => eslint .
npx -p typescript tsc --noEmit => tsc --noEmit
npx nx-cloud record -- npx nx format:check => nx format:check
npx @cyclonedx/cyclonedx-npm@1 -o x => cyclonedx-npm -o x
npx --yes @sentry/cli@2.58.2 releases new v1 => sentry-cli releases new v1
pnpm dlx @redocly/cli lint api.yaml => redocly lint api.yaml
npx firebase-tools deploy => firebase deploy
npm exec -- eslint . => eslint .
npm x -- eslint@9 . => eslint .
pnpm exec vitest run => vitest run
pnpm --filter app exec vitest => vitest
pnpm dlx eslint@9 . => eslint .
pnpm vitest run => vitest run
yarn eslint . => eslint .
yarn run tsc => tsc
yarn dlx eslint . => eslint .
yarn test => yarn test
yarn build:prod => yarn build:prod
yarn install => yarn install
bunx vitest => vitest
pnpx vitest@3 run => vitest run
bun x vitest => vitest
corepack pnpm vitest => vitest
bundle exec rspec spec => rspec spec
bundle exec rake spec => rake spec
python -m pytest -q => pytest -q
python3.11 -bb -W error -m pytest => pytest
python -Im pip_audit -r x => pip-audit -r x
python -m coverage run --source x -m pytest -q => pytest -q
python manage.py test => python manage.py test
py -3 -m pytest => pytest
coverage run -m pytest => pytest
coverage run manage.py test => coverage run manage.py test
docker run --rm -v $PWD:/x -w /x python:3 pytest -q => pytest -q
docker run --rm aquasec/trivy:0.5 image foo => trivy image foo
docker run --rm ghcr.io/x/trivy@sha256:ab --version => trivy --version
docker run --entrypoint sh img -c pytest => pytest
podman run img ./ci/test.sh => ./ci/test.sh
docker run zricethezav/gitleaks detect -v => gitleaks detect -v
docker compose -f x.yml run --rm -e A=b app pytest => pytest
docker-compose exec -T app pytest => pytest
docker exec -i -e A=b web pytest => pytest
kubectl -n x exec pod -- pytest => pytest
nix develop .#ci -c pytest => pytest
nix develop --command pytest => pytest
nix-shell -p x --run 'pytest -q' => pytest -q
nix run nixpkgs#statix -- check => statix check
devbox run -- pytest => pytest
mise x node@20 -- pytest => pytest
mise exec -- pytest => pytest
asdf exec pytest => pytest
direnv exec . pytest => pytest
bash -c 'pytest -q' => pytest -q
sh -euc 'pytest' => pytest
eval 'pytest -q' => pytest -q
su - user -c 'pytest' => pytest
parallel pytest ::: a b => pytest
parallel -j4 'pytest {}' ::: a b => pytest {}
find . -name '*.py' -exec flake8 {} + => flake8 {}
dotnet tool run dotnet-format => dotnet-format
./gradlew test => gradle test
./mvnw -B verify => mvn -B verify
gradlew.bat test => gradle test
./node_modules/.bin/eslint . => eslint .
vendor/bin/phpunit => phpunit
/usr/bin/pytest => pytest
~/.local/bin/pytest => pytest
$HOME/go/bin/golangci-lint run => golangci-lint run
$(go env GOPATH)/bin/gosec ./... => gosec ./...
./ci/test.sh -v => ./ci/test.sh -v
ci/test.sh => ci/test.sh
bin/test => bin/test
./codecov -t x => codecov -t x
pytest.exe => pytest
pip3 install x => pip install x
clang-format-15 --dry-run => clang-format --dry-run
doppler run -- pytest => pytest
op run --env-file=.env -- pytest => pytest
aws-vault exec prod -- terraform apply => terraform apply
dotenv -e .env -- pytest => pytest
cross-env NODE_ENV=test vitest => vitest
go run github.com/securego/gosec/v2/cmd/gosec@latest ./... => gosec ./...
go run golang.org/x/vuln/cmd/govulncheck@latest ./... => govulncheck ./...
go run mvdan.cc/gofumpt/v2@v2 -l . => gofumpt -l .
go run ./cmd/app => go run ./cmd/app
go tool staticcheck ./... => staticcheck ./...
go tool -modfile=tools/go.mod golangci-lint run => golangci-lint run
composer exec -- phpstan analyse => phpstan analyse
composer -d app exec phpunit => phpunit
composer install => composer install
php -d memory_limit=-1 vendor/bin/phpstan analyse => phpstan analyse
php bin/tool.php x => php bin/tool.php x
php artisan test => php artisan test
php tools/php-cs-fixer.phar check => php-cs-fixer check
php -l vendor/bin/phpunit => php -l vendor/bin/phpunit
cargo +nightly fmt --check => cargo fmt --check
rustup run nightly cargo test => cargo test
start-server-and-test 'serve x' http://localhost:3 'cypress run' => serve x
buildevents cmd a b c -- pytest => pytest
opam exec -- dune test => dune test
ddtrace-run pytest => pytest""".splitlines()
    ],
)
def test_wrapper_is_taken_off(script: str, argv: tuple[str, ...]) -> None:
    told = [command.argv for command in commands_of(script)]
    assert argv in (told[0], told[-1])


def test_layers_hold_every_form() -> None:
    assert commands_of("sudo poetry run python3 -m build --wheel")[0].layers == (
        ("sudo", "poetry", "run", "python3", "-m", "build", "--wheel"),
        ("poetry", "run", "python3", "-m", "build", "--wheel"),
        ("python", "-m", "build", "--wheel"),
        ("build", "--wheel"),
    )


def test_path_as_written_stays_among_the_layers() -> None:
    assert commands_of("bin/rspec x")[0].layers == (("bin/rspec", "x"), ("rspec", "x"))


def test_image_of_docker_run_is_told() -> None:
    assert commands_of("docker run --rm aquasec/trivy:0.5 image x")[0].image == "aquasec/trivy:0.5"
    plain = commands_of("docker run --rm hadolint/hadolint:2 < Dockerfile")[0]
    assert (plain.argv[:2], plain.image) == (("docker", "run"), "hadolint/hadolint:2")


def test_installing_a_tool_is_not_running_it() -> None:
    for script in (
        "pip install bandit",
        "python -m pip install bandit",
        "npm install eslint",
        "go install x/gosec@latest",
        "cargo install cargo-audit",
    ):
        assert commands_of(script)[0].argv[0] in ("pip", "npm", "go", "cargo")


@pytest.mark.parametrize(
    "words",
    [
        ("sudo",),
        ("env", "A=b"),
        ("timeout", "5"),
        ("docker", "run"),
        ("npx",),
        ("python", "-m"),
        ("bash", "-c"),
        ("go", "run"),
        ("xargs",),
        ("ssh", "host"),
        ("find", ".", "-exec"),
        ("uv", "run", "--with"),
        ("nix", "develop"),
        ("nix", "run"),
        ("",),
    ],
)
def test_wrapper_alone_stays_what_it_is(words: tuple[str, ...]) -> None:
    assert layers_of(words) == (words,)


def test_named_keeps_the_arguments() -> None:
    assert named(("/usr/bin/python3.12", "/usr/bin/x")) == ("python", "/usr/bin/x")

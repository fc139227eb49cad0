"""Rake: tasks of a Rakefile."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

RAKEFILE = """
require 'bundler/gem_tasks'
require "standard/rake"
Dir['tasks/**/*.rake'].each { |t| load t }

RSpec::Core::RakeTask.new(:spec) do |t|
  t.pattern = 'spec/**'
end
RuboCop::RakeTask.new do |t|
  t.fail_on_error = false
end

# sh "semgrep scan"
desc 'run bandit'
task default: %i[
  spec lint
]

task :lint => [:rubocop, 'sec:scan'] do
  puts 'sh "vale"'
end

namespace :sec do
  task :scan, [:level] => :prepare do |t, args|
    sh "brakeman -q #{args[:level]}"
    sh('bundle-audit', 'check',
       '--update')
    system 'typos'
    version = `git describe`
    Rake::Task['sec:more'].invoke
  end
  task(:prepare) { sh 'mkdir -p out' }
  task :more do
    sh 'yamllint .' do |ok, res|
      puts ok
    end
  end
end

task a: :b
task b: :a do
  sh 'flake8'
end
"""
FILES = {"Rakefile": RAKEFILE, "tasks/deep/docs.rake": "task :docs do\n  sh %w[yard stats --list-undoc]\nend\n"}


def test_task_runs_what_it_needs_and_then_its_own() -> None:
    found = followed("bundle exec rake lint", FILES)
    assert [one.name for one in found] == ["rake", "rubocop", "mkdir", "yamllint", "brakeman", "bundle-audit", "typos", "git"]
    by_name = {one.name: one for one in found}
    assert places(by_name["brakeman"]) == [("Rakefile", 24)]
    assert by_name["brakeman"].command is not None
    assert by_name["brakeman"].command.argv == ("brakeman", "-q", "…")
    assert by_name["bundle-audit"].command is not None
    assert by_name["bundle-audit"].command.argv == ("bundle-audit", "check", "--update")
    soft = {one.name: one.soft_why for one in found if one.soft_why}
    assert soft == {
        "rubocop": '"fail_on_error" is false',
        "typos": "`system` goes on when it fails",
        "git": "its output is only read",
        "yamllint": "its block looks at the failure",
    }


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("rake", ["rspec", "rubocop"]),
        ("rake spec", ["rspec"]),
        ("rake standard", ["standardrb"]),
        ("rake docs", ["yard"]),
        ("rake a", ["flake8"]),
        ("rake 'sec:prepare'", ["mkdir"]),
        ("rake nothing", []),
        ("rake -T", []),
        ("rake -n spec", []),
        ("rake -f other.rb spec", []),
    ],
)
def test_tasks_run_as_the_command_says(run: str, expected: list[str]) -> None:
    assert names(run, FILES)[: len(expected) or None] == expected


def test_nothing_runs_without_a_rakefile() -> None:
    assert names("rake", {"lib/Rakefile": RAKEFILE}) == []
    assert names("rake spec", {"Rakefile": RAKEFILE}, "lib") == []


def test_tasks_of_rakelib_and_of_required_files_count() -> None:
    files = {
        "Rakefile": "require_relative 'tasks/lint'\n",
        "tasks/lint.rb": "task(:lint) { sh 'reek' }",
        "rakelib/x.rake": "task(:x) { sh 'flay' }",
    }
    assert names("rake lint x", files) == ["reek", "flay"]

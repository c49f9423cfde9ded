"""Infrastructure resources, and which of them are ever deployed."""

import pytest

from rung.facts.fact import Fact
from rung.facts.settings import live_resources, read_resources, read_settings

DASHBOARD = "param name string\nresource d 'Microsoft.Portal/dashboards@2020-09-01-preview' = { name: name }\n"
INSIGHTS = """\
param dashboardName string = ''
resource i 'Microsoft.Insights/components@2020-02-02' = { name: 'i' }
module dashboard 'dashboard.bicep' = if (!empty(dashboardName)) {
  params: { name: dashboardName }
}
"""
MONITORING = """\
param dashboard string = ''
module insights 'insights.bicep' = { params: { dashboardName: dashboard } }
"""


def types(facts: list[Fact]) -> list[tuple[str, str]]:
    return [(f.fields["type"], f.fields["name"]) for f in facts]


def live(files: dict[str, str]) -> list[str]:
    facts = [fact for path, text in files.items() for fact in read_resources(path, text)]
    return [f.fields["type"] for f in live_resources(facts)]


def infra(main: str) -> dict[str, str]:
    return {
        "infra/main.bicep": main,
        "infra/core/monitoring.bicep": MONITORING,
        "infra/core/insights.bicep": INSIGHTS,
        "infra/core/dashboard.bicep": DASHBOARD,
    }


def test_bicep_resources_modules_and_children() -> None:
    text = """\
resource a 'Microsoft.X/accounts@2024-10-01' = [for n in names: if (on) {
  kind: 'K'
  name: n
  resource child 'parts' = { name: 'c' }
}]
module m '../shared/m.bicep' = { params: { size: 3, where: location } }
"""
    facts = read_resources("infra/app/main.bicep", text)
    assert types(facts) == [("Microsoft.X/accounts", "a"), ("Microsoft.X/accounts/parts", "child"), ("module", "m")]
    assert (facts[0].fields["condition"], facts[0].fields["arguments"]) == ("on", {"kind": "K"})
    assert (facts[2].fields["module"], facts[2].fields["arguments"]) == ("infra/shared/m.bicep", {"size": "3"})


def test_a_dashboard_that_every_caller_leaves_without_a_name_is_not_live() -> None:
    main = "module m 'core/monitoring.bicep' = { params: {} }"
    assert "Microsoft.Insights/components" in live(infra(main))
    assert "Microsoft.Portal/dashboards" not in live(infra(main))


@pytest.mark.parametrize("argument", ["'board'", "'${prefix}-board'", "dashboardName"])
def test_a_dashboard_that_a_caller_names_is_live(argument: str) -> None:
    main = f"param dashboardName string = ''\nmodule m 'core/monitoring.bicep' = {{ params: {{ dashboard: {argument} }} }}"
    assert "Microsoft.Portal/dashboards" in live(infra(main))


def test_a_file_that_no_module_names_deploys_nothing() -> None:
    files = {"infra/main.bicep": "module x 'core/x.bicep' = {}", "infra/core/x.bicep": "", "infra/board.bicep": DASHBOARD}
    assert live(files) == ["module"]
    assert live({"infra/board.bicep": DASHBOARD}) == ["Microsoft.Portal/dashboards"]
    files["scripts/deploy/board.bicep"] = DASHBOARD
    assert live(files) == ["module", "Microsoft.Portal/dashboards"]


def test_modules_that_call_each_other_come_to_an_end() -> None:
    files = {"a/main.bicep": "module b 'b.bicep' = {}", "a/b.bicep": "module m 'main.bicep' = {}\nmodule b 'b.bicep' = {}"}
    assert live(files) == ["module", "module", "module"]


def test_terraform() -> None:
    text = 'resource "aws_x" "n" {\n  count = var.on ? 1 : 0\n  name = "a"\n  size = 3\n  role = var.r\n}\ndata "aws_y" "m" {}\n'
    (fact,) = read_resources("main.tf", text)
    assert fact.fields["type"] == "aws_x"
    assert fact.fields["condition"] == "var.on ? 1 : 0"
    assert fact.fields["arguments"] == {"name": "a", "size": "3"}


def test_kubernetes_in_several_documents() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\napiVersion: x/v1\nkind: PrometheusRule\nmetadata: {name: r}\n"
    facts = read_resources("deploy/app.yaml", text)
    assert types(facts) == [("Service", "s"), ("PrometheusRule", "r")]
    assert facts[1].location.line == 6


def test_helm_templates() -> None:
    broken = "{{- if .Values.on }}\napiVersion: v1\nkind: PrometheusRule\nmetadata:\n  name: x\n   {{ include }}: [\n"
    assert types(read_resources("chart/templates/rule.yaml", broken)) == [("PrometheusRule", "")]


def test_cloudformation_and_arm() -> None:
    text = "Resources:\n  A:\n    Type: AWS::CloudWatch::Alarm\n    Condition: Prod\n    Properties: {Threshold: 1, Role: !Ref R}\n"
    (alarm,) = read_resources("template.yaml", text)
    assert types([alarm]) == [("AWS::CloudWatch::Alarm", "A")]
    assert (alarm.fields["condition"], alarm.fields["arguments"]) == ("Prod", {"Threshold": "1"})
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    arm = f'{{"$schema": "{schema}", "resources": [{{"type": "Microsoft.Portal/dashboards", "name": "d"}}]}}'
    assert types(read_resources("azuredeploy.json", arm)) == [("Microsoft.Portal/dashboards", "d")]


NAMES = [".env", "Dockerfile", "a.yaml", "a.json", "a.toml", "a.ini", "a.properties", "a.config", "main.tf", "main.bicep", "compose.yml"]
TEXTS = ["", "\x00\ufeff", "[" * 20_000, "{a: " * 20_000, "- " * 20_000, "<a>" * 9_000, "a = " + "[" * 3_000, "param x = " + "(" * 5_000]
TEXTS += ["resource a 'x' = {", "var a = '${'${'", "services: [1, {image: []}]\n", "kind: [x]\napiVersion: {a: 1}\n", "? {a: b}\n: c\n- d"]
TEXTS += ["a: &a [*a, *a]\n", "resource {}\nlocals\n", 'resource "a" {\n', "{{ x }}\n" * 100, "Resources: {A: {Type: [1]}}", "/*" * 9_000]

TEXTS += ['{"a": "' + '\\"x' * 60_000, "a" + " " * 99_000 + "b", "[" + " " * 99_000, "${" * 60_000, "{{" * 60_000]  # linear time


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_any_text_is_read_without_an_error(name: str, text: str) -> None:
    read_settings(name, text)
    live_resources(read_resources(name, text))

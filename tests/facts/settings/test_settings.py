"""Settings of configuration files."""

import pytest

from rung.facts.settings import read_settings


def found(path: str, text: str) -> dict[str, str]:
    return {f.fields["key"]: f.fields["value"] for f in read_settings(path, text)}


def test_environment_sample() -> None:
    text = """\
# OLD_MODEL=gone
export MODEL="model-1" # the default
EMPTY=
URL=https://x/#a
KEY='a
b'
NEXT = yes
"""
    facts = read_settings("app/.env.example", text)
    assert [(f.location.line, f.fields["name"], f.fields["value"], f.fields["format"]) for f in facts] == [
        (2, "MODEL", "model-1", "env"),
        (3, "EMPTY", "", "env"),
        (4, "URL", "https://x/#a", "env"),
        (5, "KEY", "a", "env"),
        (7, "NEXT", "yes", "env"),
    ]
    assert facts[0].text == 'export MODEL="model-1" # the default'


@pytest.mark.parametrize("path", [".env", ".env.local.example", "env.example", "x/backend.env", ".envrc", "sample.env"])
def test_names_of_environment_files(path: str) -> None:
    assert found(path, "A=1") == {"A": "1"}


def test_yaml_keys_are_dotted_as_written() -> None:
    facts = read_settings("src/main/resources/application.yaml", "spring.ai:\n  chat.options.model: ${MODEL:model-1}\n  on: true\n")
    assert [(f.fields["key"], f.fields["name"], f.fields["value"]) for f in facts] == [
        ("spring.ai.chat.options.model", "model", "model-1"),
        ("spring.ai.on", "on", "true"),
    ]
    assert facts[0].fields["variable"] == "MODEL"
    assert "variable" not in facts[1].fields


@pytest.mark.parametrize(
    ("written", "value", "variable"),
    [
        ("${A:-x}", "x", "A"),
        ("${A:x:y}", "x:y", "A"),
        ("${a.b:${C:z}}", "z", "a.b"),
        ("${A=x}", "x", "A"),
        ("${A}", "${A}", None),
        ("${A:x}/${B:y}", "${A:x}/${B:y}", None),
        ("${A:?needed}", "${A:?needed}", None),
        ("$A", "$A", None),
    ],
)
def test_defaults_of_variables(written: str, value: str, variable: str | None) -> None:
    (fact,) = read_settings("config.yaml", f"key: '{written}'\n")
    assert (fact.fields["value"], fact.fields.get("variable")) == (value, variable)


def test_json_with_comments_and_trailing_commas() -> None:
    text = '{\n// "Old": 1\n"A": {"B": [1, "x",], /* c */ "Url": "http://x"},\n"N": null,}'
    assert found("appsettings.Development.json", text) == {"A.B.0": "1", "A.B.1": "x", "A.Url": "http://x", "N": ""}


def test_toml_ini_properties_and_xml() -> None:
    assert found("config.toml", '[a.b]\nc = "x" # y\n[[d]]\ne = 1\n') == {"a.b.c": "x", "d.0.e": "1"}
    assert found("x.ini", "[a]\n; b = 1\nc = x ; y\n") == {"a.c": "x"}
    assert found("application.properties", "# no=1\na.b=x\\\n  y\nc: z\n") == {"a.b": "xy", "c": "z"}
    assert found("App.config", '<configuration><appSettings><add key="A" value="x"/></appSettings></configuration>') == {"A": "x"}


def test_compose_environment_in_both_forms() -> None:
    text = (
        "services:\n  web:\n    image: x\n    environment:\n      - MODEL=${M:-model-1}\n      - PASSED\n  db:\n    environment: {A: b}\n"
    )
    assert found("compose.yaml", text) == {
        "services.web.image": "x",
        "services.web.environment.MODEL": "model-1",
        "services.db.environment.A": "b",
    }
    assert {f.fields["format"] for f in read_settings("compose.yaml", text)} == {"compose"}


def test_kubernetes_environment_and_config_map() -> None:
    text = """\
apiVersion: v1
kind: ConfigMap
data:
  MODEL: model-1
---
apiVersion: apps/v1
kind: Deployment
spec:
  containers:
    - env:
        - name: TEMPERATURE
          value: "0.2"
        - name: KEY
          valueFrom: {secretKeyRef: {name: s}}
"""
    facts = {f.fields["name"]: f for f in read_settings("deploy/app.yaml", text)}
    assert (facts["MODEL"].fields["value"], facts["MODEL"].fields["format"]) == ("model-1", "kubernetes")
    assert (facts["TEMPERATURE"].fields["value"], facts["TEMPERATURE"].location.line) == ("0.2", 12)


def test_helm_templates_are_read_as_far_as_they_are_literal() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"
    text += "data:\n  {{- if .Values.on }}\n  MODEL: model-1\n  {{- end }}\n"
    assert found("chart/templates/config.yaml", text) == {"apiVersion": "v1", "kind": "ConfigMap", "data.MODEL": "model-1"}
    assert read_settings("chart/values.yaml", "a: b")[0].fields["format"] == "helm"


def test_dockerfile() -> None:
    text = 'FROM x\nARG NEEDED\nARG MODEL=model-1\nENV A=b \\\n    # why\n    C="d e"\nENV OLD some value\nRUN ENV=1 x\n'
    facts = read_settings("docker/Dockerfile.prod", text)
    assert [(f.fields["key"], f.fields["value"], f.location.line) for f in facts] == [
        ("MODEL", "model-1", 3),
        ("A", "b", 4),
        ("C", "d e", 6),
        ("OLD", "some value", 7),
    ]


def test_deployment_parameters() -> None:
    facts = read_settings("infra/main.parameters.json", '{"parameters": {"model": {"value": "${AZURE_MODEL=model-1}"}}}')
    assert facts[0].fields == {
        "key": "parameters.model.value",
        "name": "model",
        "value": "model-1",
        "format": "arm",
        "variable": "AZURE_MODEL",
    }


def test_cloudformation() -> None:
    text = """\
Parameters:
  Model: {Type: String, Default: model-1}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Environment: {Variables: {MODEL: !Ref Model, REGION: eu}}
"""
    facts = {f.fields["key"]: f.fields for f in read_settings("template.yaml", text)}
    assert (facts["Parameters.Model.Default"]["value"], facts["Parameters.Model.Default"]["name"]) == ("model-1", "Model")
    assert facts["Resources.F.Properties.Environment.Variables.REGION"]["format"] == "cloudformation"


def test_anchors_and_merges() -> None:
    assert found("config.yml", "a: &x {m: 1}\nb:\n  <<: *x\n  n: 2\n") == {"a.m": "1", "b.m": "1", "b.n": "2"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"a": 1}'),
        ("pnpm-lock.yaml", "a: 1"),
        (".github/workflows/x.yml", "a: 1"),
        ("src/locales/de.json", '{"a": "b"}'),
        ("api.json", '{"openapi": "3.0.0", "info": {"title": "x"}}'),
        ("shape.json", '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}'),
        ("cases.json", "[" + ",".join('{"a": 1}' for _ in range(30)) + "]"),
        ("big.json", '{"a": "' + "x" * 400_000 + '"}'),
        ("many.yaml", "".join(f"k{i}: 1\n" for i in range(4000))),
        ("main.json", '{"metadata": {"_generator": {"name": "bicep"}}, "parameters": {"a": {"defaultValue": "b"}}}'),
        ("env.py", "A=1"),
    ],
)
def test_what_is_no_configuration(path: str, text: str) -> None:
    assert read_settings(path, text) == []

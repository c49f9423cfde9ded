"""Settings of infrastructure code: Bicep and Terraform."""

from rung.facts.settings import read_settings

BICEP = """\
@description('The model') // a param's decorator
@allowed([
  'a'
])
param modelName string = 'model-1'
param version string = ''
param needed string
param deployment object = { name: 'chat', version: '2024-07-18' }
/* param gone string = 'x' */
var chat = {
  name: !empty(modelName) ? modelName : 'model-2'
  version: !empty(version)
    ? version
    : '2024-11-20'
}
resource account 'Microsoft.X/accounts@2024-10-01' = if (needed == 'yes') {
  name: 'it\\'s-${uniqueString('a}')}'
  properties: { model: { name: modelName, version: deployment.version }, capacity: 30 }
}
resource old 'Microsoft.X/accounts@2024-10-01' existing = { name: 'old' }
module api 'app/api.bicep' = {
  params: {
    env: union(base, [
      { name: 'MODEL', value: chat.name }
      {
        name: 'TEMPERATURE'
        value: '0.1'
      }
    ])
  }
}
"""


def test_bicep() -> None:
    facts = {
        f.fields["key"]: (f.fields["value"], f.fields.get("variable"), f.location.line) for f in read_settings("infra/main.bicep", BICEP)
    }
    assert facts["param.modelName"] == ("model-1", None, 5)
    assert facts["param.deployment.version"] == ("2024-07-18", None, 8)
    assert facts["var.chat.name"] == ("model-2", "modelName", 11)
    assert facts["var.chat.version"] == ("2024-11-20", "version", 14)
    assert facts["resource.account.properties.model.name"] == ("model-1", "modelName", 18)
    assert facts["resource.account.properties.model.version"] == ("2024-07-18", "deployment.version", 18)
    assert facts["resource.account.properties.capacity"][0] == "30"
    assert facts["module.api.params.env.MODEL"][0] == "model-2"
    assert facts["module.api.params.env.TEMPERATURE"] == ("0.1", None, 27)
    assert not [key for key in facts if "gone" in key or "old" in key or "needed" in key]


def test_bicep_parameter_files() -> None:
    text = "using './main.bicep'\nparam model = readEnvironmentVariable('MODEL', 'model-1')\nparam on = true\n"
    facts = {f.fields["key"]: (f.fields["value"], f.fields.get("variable")) for f in read_settings("main.bicepparam", text)}
    assert facts == {"param.model": ("model-1", "MODEL"), "param.on": ("true", None)}


def test_terraform() -> None:
    text = """\
variable "model" {
  type    = string
  default = "model-1"
}
locals { version = "2" }
# locals { gone = 1 }
resource "aws_lambda_function" "f" {
  environment {
    variables = {
      MODEL = coalesce(var.model, "model-2")
      OTHER = var.on ? "a" : ""
    }
  }
  container_definitions = jsonencode([{ environment = [{ name = "TEMPERATURE", value = "0.1" }] }])
}
"""
    facts = {f.fields["key"]: (f.fields["value"], f.fields.get("variable"), f.location.line) for f in read_settings("main.tf", text)}
    assert facts == {
        "variable.model.default": ("model-1", None, 3),
        "locals.version": ("2", None, 5),
        "resource.aws_lambda_function.f.environment.variables.MODEL": ("model-2", "var.model", 10),
        "resource.aws_lambda_function.f.environment.variables.OTHER": ("a", None, 11),
        "resource.aws_lambda_function.f.container_definitions.0.environment.TEMPERATURE": ("0.1", None, 14),
    }


def test_terraform_variable_files() -> None:
    assert [f.fields["key"] for f in read_settings("prod.tfvars", 'model = "model-1"\nmap = { a = 1 }\n')] == ["model", "map.a"]

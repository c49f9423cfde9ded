"""Dependencies of Gradle builds, with and without a version catalog."""

from rung.facts.fact import Fact
from rung.facts.manifests import read_dependencies, resolve_catalog


def rows(facts: list[Fact]) -> list[tuple[int, str, str, str]]:
    return [(f.location.line, f.fields["name"], f.fields["version"], f.fields["scope"]) for f in facts]


def test_groovy_notations() -> None:
    text = """\
def ver = '1.5'
dependencies {
    implementation 'g:a:1.0', "g:b:${ver}"
    // implementation 'g:no:1'
    /* api 'g:no:2'
    */
    testImplementation group: 'g', name: 'c', version: '2'
    implementation platform('g:bom:3')
    runtimeOnly('g:d') { exclude group: 'x' }
    implementation project(':core')
}
"""
    assert rows(read_dependencies("build.gradle", text)) == [
        (3, "g:a", "1.0", "runtime"),
        (3, "g:b", "1.5", "runtime"),
        (7, "g:c", "2", "development"),
        (8, "g:bom", "3", "managed"),
        (9, "g:d", "", "runtime"),
    ]


def test_kotlin_notations() -> None:
    text = """\
dependencies {
    implementation("g:a:1.0")
    api(group = "g", name = "b", version = "2")
    implementation(platform(libs.some.bom))
    testImplementation(libs.junit.jupiter)
    implementation(kotlin("stdlib"))
}
"""
    assert rows(read_dependencies("app/build.gradle.kts", text)) == [
        (2, "g:a", "1.0", "runtime"),
        (3, "g:b", "2", "runtime"),
        (4, "libs.some.bom", "", "managed"),
        (5, "libs.junit.jupiter", "", "development"),
    ]


def test_accessors_become_what_the_nearest_catalog_says() -> None:
    catalog = """\
[versions]
llm = "1.2"
[libraries]
chat-core = { module = "g:chat", version.ref = "llm" }
tool_x = "g:tool:3"
unused = { group = "g", name = "unused", version = "1" }
[bundles]
all = ["chat-core", "tool_x"]
"""
    other = '[libraries]\nchat-core = "g:wrong:1"\n'
    build = "dependencies {\n  implementation(libs.chat.core)\n  implementation(libs.bundles.all)\n  api(libs.unknown)\n}\n"
    facts = read_dependencies("java/app/build.gradle.kts", build)
    facts += read_dependencies("gradle/libs.versions.toml", other) + read_dependencies("java/gradle/libs.versions.toml", catalog)
    assert rows(resolve_catalog(facts)) == [
        (2, "g:chat", "1.2", "runtime"),
        (3, "g:chat", "1.2", "runtime"),
        (3, "g:tool", "3", "runtime"),
        (4, "libs.unknown", "", "runtime"),
    ]


def test_a_catalog_nobody_uses_declares_nothing() -> None:
    assert resolve_catalog(read_dependencies("gradle/libs.versions.toml", '[libraries]\na = "g:a:1"\n')) == []

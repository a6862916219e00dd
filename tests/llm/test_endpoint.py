"""PROVIDER:NAME to an address and a key, and which model each role asks."""

from __future__ import annotations

import sys

import pytest

from haste.llm.choose import build
from haste.llm.endpoint import NO_KEY, PROVIDERS, find, secrets
from haste.llm.routed import RoutedModel
from haste.llm.scripted import ScriptedModel, filled
from haste.schema.config import ModelConfig, RunConfig
from haste.schema.errors import ConfigError, ProviderError
from haste.schema.model import Role
from tests.llm.loopback import question

LOCAL = "http://127.0.0.1:9999"


def config(model: str, **models: str | None) -> RunConfig:
    return RunConfig(competition="x", model=model, models=ModelConfig(**models))


def test_hosted_providers_have_their_url_and_want_a_key():
    for provider, variable in (
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("openai", "OPENAI_API_KEY"),
        ("google", "GEMINI_API_KEY"),
    ):
        endpoint = find(f"{provider}:m", None, {variable: " secret\n"})
        assert (endpoint.key, endpoint.own, endpoint.url) == ("secret", False, PROVIDERS[provider].url)
        with pytest.raises(ConfigError, match=f"{variable}"):
            find(f"{provider}:m", None, {variable: " "})


def test_the_first_of_googles_two_keys_wins():
    assert find("google:m", None, {"GEMINI_API_KEY": "b", "GOOGLE_API_KEY": "a"}).key == "a"


def test_local_servers_need_no_key_and_get_no_other_providers():
    every = {"OPENAI_API_KEY": "sk-hosted", "OLLAMA_API_KEY": ""}
    for model, url in (
        ("ollama:qwen3:8b", "http://localhost:11434/v1"),
        ("vllm:m", "http://localhost:8000/v1"),
        ("llamacpp:m", "http://localhost:8080/v1"),
    ):
        endpoint = find(model, None, every)
        assert (endpoint.url, endpoint.key, endpoint.own, endpoint.local) == (url, NO_KEY, True, True)
    assert find("ollama:qwen3:8b", None, every).name == "qwen3:8b"
    assert find("openai:m", LOCAL, every).key == "sk-hosted", "a proxy in OpenAI's place gets OpenAI's key"


@pytest.mark.parametrize(
    ("model", "given", "url"),
    [
        ("openai:m", "http://h:1", "http://h:1/v1"),
        ("openai:m", "http://h:1/v1/", "http://h:1/v1"),
        ("openai:m", "https://h/proxy/v1", "https://h/proxy/v1"),
        ("anthropic:m", "http://h:1/v1", "http://h:1"),
        ("anthropic:m", "http://h:1/", "http://h:1"),
        ("google:m", "http://h:1/v1beta", "http://h:1"),
        ("openai-compatible:m", "http://[::1]:8123", "http://[::1]:8123/v1"),
    ],
)
def test_a_base_url_as_people_write_it(model, given, url):
    assert find(model, given, {}).url == url


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://h/v1", "http://", "http://h:99999/v1", "http://[::1"])
def test_what_is_no_url(url):
    with pytest.raises(ConfigError, match="--base-url"):
        find("openai:m", url, {})


@pytest.mark.parametrize("url", ["http://me:s3cret@h/v1", "http://h/v1?key=s3cret", "http://h/v1#s3cret"])
def test_a_secret_in_the_url_would_be_journaled(url):
    with pytest.raises(ConfigError) as caught:
        find("openai:m", url, {})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("model", ["gpt-5", "openai:", "mistral:m", ":m", "openai-compatible:m"])
def test_what_is_no_model(model):
    with pytest.raises(ConfigError, match=r"PROVIDER:NAME|no provider|--base-url"):
        find(model, None, {"OPENAI_API_KEY": "k"})


def test_offline_refuses_all_but_this_machine():
    offline = {"HASTE_OFFLINE": "1", "OPENAI_API_KEY": "k"}
    with pytest.raises(ConfigError, match=r"api\.openai\.com"):
        find("openai:m", None, offline)
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1\.example\.org"):
        find("openai:m", "http://127.0.0.1.example.org/v1", offline)
    assert find("openai:m", "http://localhost:8000", offline).local
    assert find("openai:m", "http://127.0.0.2:8000", offline).local


def test_all_keys_are_secrets():
    found = secrets({"OPENAI_API_KEY": "aa", "GEMINI_API_KEY": " bbb ", "HOME": "/x", "VLLM_API_KEY": ""})
    assert found == ("bbb", "aa")


def test_what_custom_headers_say_is_secret():
    told = {"OPENAI_CUSTOM_HEADERS": "X-Team: red\nX-Token: t0ken-of-a-gateway\nAuthorization: Bearer abcd-1234"}
    assert secrets(told) == ("t0ken-of-a-gateway", "Bearer abcd-1234", "abcd-1234")
    assert secrets({"ANTHROPIC_CUSTOM_HEADERS": "X-Token: another-t0ken"}) == ("another-t0ken",)


def test_each_role_asks_its_own_model():
    models = build(config("openai:big", reflect="openai:small", fallback="vllm:x", base_url=LOCAL), {})
    assert models.names == {
        Role.ORCHESTRATOR: "openai:big",
        Role.SPECIALIST: "openai:big",
        Role.REFLECT: "openai:small",
    }
    assert models.fallback is not None
    assert models.fallback_name == "vllm:x"
    assert models.own == {"openai:big", "openai:small", "vllm:x"}
    assert build(config("openai:big", base_url=LOCAL), {}).fallback is None


def test_the_base_url_is_the_main_providers_alone():
    keys = {"ANTHROPIC_API_KEY": "k"}
    assert build(config("ollama:m", fallback="anthropic:claude", base_url=LOCAL), keys).own == {"ollama:m"}
    with pytest.raises(ConfigError, match="ANTHROPIC_API_KEY"):
        build(config("ollama:m", fallback="anthropic:claude", base_url=LOCAL), {})


def test_servers_of_ones_own_beside_the_main_model_are_named_in_the_environment():
    told = {"ANTHROPIC_API_KEY": "k", "OPENAI_COMPATIBLE_BASE_URL": "http://box:9/v1", "VLLM_BASE_URL": "http://gpu:7"}
    models = build(config("anthropic:claude", reflect="vllm:x", fallback="openai-compatible:y"), told)
    assert models.own == {"vllm:x", "openai-compatible:y"}
    assert find("openai-compatible:y", None, told).url == "http://box:9/v1"
    assert find("vllm:x", None, told).url == "http://gpu:7/v1"
    assert find("vllm:x", LOCAL, told).url == f"{LOCAL}/v1", "what is typed wins"
    assert find("anthropic:claude", None, told | {"ANTHROPIC_BASE_URL": "http://elsewhere"}).own is False
    with pytest.raises(ConfigError, match="HASTE_OFFLINE"):
        find("vllm:x", None, told | {"HASTE_OFFLINE": "1"})
    with pytest.raises(ConfigError, match=r"VLLM_BASE_URL: is no http\(s\) URL"):
        find("vllm:x", None, {"VLLM_BASE_URL": "gpu:7"})
    with pytest.raises(ConfigError, match="OPENAI_COMPATIBLE_BASE_URL"):
        build(config("anthropic:claude", fallback="openai-compatible:y"), {"ANTHROPIC_API_KEY": "k"})


def test_the_built_in_engineer_is_no_model():
    with pytest.raises(ConfigError, match="PROVIDER:NAME"):
        build(config("builtin"), {})


def test_a_missing_library_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch):
    for package, extra in (("anthropic", "anthropic"), ("google.genai", "google")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ConfigError, match=rf"pip install 'haste-ml\[{extra}\]'"):
            build(config(f"{extra}:m", base_url=LOCAL), {})


def test_routing_passes_the_request_on_unchanged():
    asked = question(role=Role.REFLECT)
    each = {role: ScriptedModel([filled(asked, {}, model=f"x:{role}")]) for role in Role}
    assert RoutedModel(each).complete(asked).model == "x:reflect"
    assert each[Role.REFLECT].asked == [asked]
    assert each[Role.SPECIALIST].asked == []


def test_a_script_that_is_at_its_end_says_so():
    with pytest.raises(ProviderError, match="no answer left for specialist/refine"):
        ScriptedModel([]).complete(question())


def test_a_script_may_be_a_function_of_the_request():
    model = ScriptedModel(lambda request: filled(request, {"stage": request.stage}))
    assert model.complete(question()).arguments == '{"stage": "refine"}'

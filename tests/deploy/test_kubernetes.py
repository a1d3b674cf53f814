"""The manifests are what Kubernetes's own schemas say, and fit the images and one another."""

from dataclasses import fields
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.servers import ROOT
from vggweb.config import Settings

FILES = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
MANIFESTS: list[dict[str, Any]] = [
    one for file in FILES for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]
VERSIONS = ("1.30", "1.34")


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [one for one in MANIFESTS if one["kind"] == kind]


def names(kind: str) -> set[str]:
    return {one["metadata"]["name"] for one in of_kind(kind)}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_a_manifest_is_what_the_schema_says(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schema_would_refuse_a_wrong_one() -> None:
    broken = {**of_kind("Service")[0], "spec": {"ports": [{"port": "eighty"}]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[0], strict=True)


@pytest.mark.parametrize("deployment", of_kind("Deployment"), ids=lambda one: one["metadata"]["name"])
def test_every_container_is_hardened_bounded_and_watched(deployment: dict[str, Any]) -> None:
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert "livenessProbe" in container


def test_web_nodes_are_asked_at_addresses_that_answer() -> None:
    (container,) = deployment("vggweb-web")["spec"]["template"]["spec"]["containers"]
    probes = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert probes == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def deployment(name: str) -> dict[str, Any]:
    return next(one for one in of_kind("Deployment") if one["metadata"]["name"] == name)


def test_every_selector_finds_the_pods_it_means() -> None:
    labels = {name: deployment(name)["spec"]["template"]["metadata"]["labels"] for name in names("Deployment")}
    for kind in ("Service", "PodDisruptionBudget", "Deployment"):
        for one in of_kind(kind):
            selector = one["spec"]["selector"]
            assert selector.get("matchLabels", selector) == labels[one["metadata"]["name"]], one["metadata"]


def test_what_scales_and_what_is_protected_exists() -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in of_kind("HorizontalPodAutoscaler")}
    assert scaled == names("PodDisruptionBudget") == {"vggweb-web", "vggweb-worker"}


def test_settings_are_given_by_names_that_exist() -> None:
    given = {*of_kind("ConfigMap")[0]["data"], *of_kind("Secret")[0]["stringData"]}
    assert given <= {item.metadata["name"] for item in fields(Settings)}
    assert all("replace-me" in value for value in of_kind("Secret")[0]["stringData"].values())

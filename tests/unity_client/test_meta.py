import re

from tools.unity_meta import PACKAGE, assets, faults, guid, main


def test_every_asset_has_its_meta_file_and_no_meta_file_is_left_over():
    assert [f"{what}: {meta.name}" for what, meta, _ in faults(PACKAGE)] == []


def test_no_two_assets_have_the_same_guid():
    found = [
        re.search(r"^guid: ([0-9a-f]{32})$", path.with_name(path.name + ".meta").read_text("utf-8"), re.MULTILINE)[1]
        for path in assets(PACKAGE)
    ]
    assert len(found) == len(set(found))


def test_guids_never_change():
    assert guid("Runtime/Core/Connection/StreamClient.cs") == "3782bc6ca34138160f8c3cf1932d678b"


def test_what_is_missing_stale_or_left_over_is_found(tmp_path):
    (tmp_path / "Runtime").mkdir()
    (tmp_path / "Runtime" / "New.cs").write_text("")
    (tmp_path / "Stubs~").mkdir()
    (tmp_path / "Stubs~" / "Unseen.cs").write_text("")
    (tmp_path / "Samples~" / "Walk").mkdir(parents=True)
    (tmp_path / "Samples~" / "Walk" / "Copied.cs").write_text("")
    (tmp_path / "Old.cs.meta").write_text("fileFormatVersion: 2\nguid: 0\n")
    (tmp_path / "Runtime.meta").write_text("fileFormatVersion: 2\nguid: 0\n")
    found = {(what, meta.name) for what, meta, _ in faults(tmp_path)}
    missing = {("missing", "New.cs.meta"), ("missing", "Copied.cs.meta")}
    assert found == missing | {("stale", "Runtime.meta"), ("left over", "Old.cs.meta")}


def test_the_check_passes_here():
    assert main(["--check"]) == 0


def test_builds_have_the_panoramas_shader_because_a_resource_refers_to_it():
    picture = PACKAGE / "Runtime" / "Unity" / "Picture"
    component = (picture / "SonoramaPanorama.cs").read_text("utf-8")
    name = re.search(r'OwnMaterial = "([\w/]+)"', component)[1]
    material = (picture / "Resources" / f"{name}.mat").read_text("utf-8")
    shader = guid("Runtime/Unity/Picture/SonoramaPanorama.shader")
    assert f"m_Shader: {{fileID: 4800000, guid: {shader}, type: 3}}" in material
    assert f"  m_Name: {name.rsplit('/', 1)[1]}\n" in material


def test_the_panoramas_shader_serves_all_three_pipelines():
    text = (PACKAGE / "Runtime" / "Unity" / "Picture" / "SonoramaPanorama.shader").read_text("utf-8")
    assert text.count("{") == text.count("}")
    subshaders = text.split("SubShader\n")[1:]
    assert len(subshaders) == 3
    for subshader, package, pipeline in zip(
        subshaders, ("universal", "high-definition"), ("UniversalPipeline", "HDRenderPipeline"), strict=False
    ):
        # Before everything else, as the manual wants it, and for what is included.
        required = f'    {{\n        PackageRequirements {{ "com.unity.render-pipelines.{package}" }}\n'
        assert subshader.startswith(required)
        assert f'"RenderPipeline" = "{pipeline}"' in subshader
        assert f"Packages/com.unity.render-pipelines.{package}/" in subshader
    assert "Packages/" not in subshaders[2]

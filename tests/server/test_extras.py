from server import extras


def test_in_a_checkout_uv_brings_an_extra(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(extras, "_CHECKOUT", tmp_path)
    assert extras.install_advice("play") == "run it with: uv run --extra play sonorama …"


def test_an_installed_program_is_told_of_pip(monkeypatch, tmp_path):
    monkeypatch.setattr(extras, "_CHECKOUT", tmp_path)
    assert extras.install_advice("play") == "install it with: pip install 'sonorama[play]'"

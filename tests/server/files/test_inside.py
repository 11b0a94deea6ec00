import os

from server.files.inside import is_inside


def test_a_file_of_the_folder_is_inside_and_what_only_looks_so_is_not(tmp_path):
    folder = tmp_path / "scene"
    (folder / "clips").mkdir(parents=True)
    (folder / "clips" / "a.wav").write_bytes(b"sound")
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (folder / "link.wav").symlink_to(secret)
    (folder / "own.wav").symlink_to(folder / "clips" / "a.wav")
    (folder / "nowhere.wav").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.wav")
    (folder / "away").symlink_to(tmp_path)
    assert all(is_inside(folder, folder / name) for name in ("clips/a.wav", "own.wav"))
    others = ("link.wav", "nowhere.wav", "pipe.wav", "clips", "away/secret.txt", "../secret.txt", "none")
    assert not any(is_inside(folder, folder / name) for name in others)


def test_a_scene_that_is_itself_a_link_holds_its_files(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.wav").write_bytes(b"sound")
    (tmp_path / "scene").symlink_to(tmp_path / "real")
    assert is_inside(tmp_path / "scene", tmp_path / "scene" / "a.wav")

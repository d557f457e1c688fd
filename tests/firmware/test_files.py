import os

from firmware.scale.files import Flash, Memory

BOTH_INTERPRETERS = True


def scratch(name):
    """Return a folder of this process alone."""
    folder = "/tmp/scale-files-%s-%d" % (name, id(object()))  # noqa: S108 - MicroPython has no tempfile
    os.mkdir(folder)
    return folder


def swept(folder):
    for name in os.listdir(folder):
        os.remove(folder + "/" + name)
    os.rmdir(folder)


def test_a_file_holds_what_was_written_last_and_nothing_lies_beside_it():
    folder = scratch("last")
    for files in (Flash(folder), Flash(folder + "/"), Memory()):
        files.write("a", "old and long")
        files.write("a", "new")

        assert files.read("a") == "new"
        assert files.read("b") is None
    assert os.listdir(folder) == ["a"]
    swept(folder)


def test_a_file_that_is_removed_is_gone_and_removing_it_again_is_fine():
    folder = scratch("gone")
    for files in (Flash(folder), Memory()):
        files.write("a", "text")

        files.remove("a")
        files.remove("a")

        assert files.read("a") is None
    swept(folder)


def test_a_folder_that_is_not_there_cannot_be_written_to():
    try:
        Flash("/nowhere/at/all").write("a", "text")
    except OSError:
        return
    raise AssertionError("written into nothing")

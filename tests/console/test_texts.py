"""Every text of the console has Chinese, the same wherever it stands; none is left that is gone."""

from __future__ import annotations

from tools import console_texts


def test_every_text_has_chinese() -> None:
    missing = {}
    for folder, texts in console_texts.parts().items():
        assert texts or not (folder / "templates").exists(), f"no text was found in {folder.name}"
        empty, changed = console_texts.update(folder, texts, write=False)
        if empty or changed:
            missing[folder.name] = empty or "not up to the sources: python -m tools.console_texts"
    assert not missing


def test_a_text_is_shown_as_its_catalogue_has_it() -> None:
    """Another program's catalogue, as that of the accounts, must not answer for one of ours."""
    import polib
    from django.utils.translation import gettext, override

    from postloan.console.texts import catalogues, compile_texts

    compile_texts()
    with override("zh-hans"):
        wrong = {
            one.msgid: gettext(one.msgid)
            for path in catalogues()
            for one in polib.pofile(str(path))
            if not one.msgid_plural and gettext(one.msgid) != one.msgstr
        }
    assert not wrong


def test_a_text_reads_the_same_in_every_part() -> None:
    import polib

    from postloan.console.texts import catalogues

    said: dict[str, set[str]] = {}
    for path in catalogues():
        for one in polib.pofile(str(path)):
            said.setdefault(one.msgid, set()).add(one.msgstr or str(one.msgstr_plural))
    assert not {text: ways for text, ways in said.items() if len(ways) > 1}

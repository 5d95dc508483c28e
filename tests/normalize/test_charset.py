"""Bytes become text: marks, declarations true and false, guesses, spoilt bytes."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.normalize import decode

HAN = "<p>2025年3月19日，洛阳市领导会见小米产业投资负责人，双方就新能源汽车零部件合作座谈。</p>"
TRADITIONAL = "<p>臺灣經濟部表示，電動車產業鏈將於明年擴大投資，與會者討論發展計畫。</p>"
JAPANESE = "<p>これは日本語の新聞記事です。経済産業省は発表した。</p>"
KOREAN = "<p>이것은 한국어 뉴스 기사입니다. 정부는 발표했다.</p>"
WESTERN = "<p>Les élèves français ont été reçus à l'école; où ça ?</p>"
PAGES = [
    *((HAN, name) for name in ("utf-8", "gbk", "gb18030")),
    *((TRADITIONAL, name) for name in ("utf-8", "big5", "gbk")),
    *((JAPANESE, name) for name in ("shift_jis", "euc_jp")),
    (KOREAN, "euc_kr"),
    (WESTERN, "cp1252"),
]
NAMES = ["", "iso-8859-1", "utf-8", "gb2312", "big5", "shift_jis", "euc-kr", "no-such", "x" * 99, "\0", "编码"]
PYTHON_ONLY = ["base64", "rot13", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "hex", "zlib", "utf-7"]


@pytest.mark.parametrize(("text", "encoding"), PAGES)
@pytest.mark.parametrize("declared", NAMES)
def test_a_declaration_right_missing_or_lying_gives_the_text(text, encoding, declared):
    assert decode(text.encode(encoding), declared)[0] == text
    assert decode(text.encode(encoding), "", declared)[0] == text
    assert decode(text.encode(encoding), encoding, declared)[0] == text


@pytest.mark.parametrize("name", PYTHON_ONLY)
def test_codecs_that_are_no_encodings_of_text_are_refused(name):
    assert decode(HAN.encode("gbk"), name) == (HAN, "gb18030")
    assert decode(b"\\u5c0f aGVsbG8=", name) == ("\\u5c0f aGVsbG8=", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030"])
def test_a_byte_order_mark_is_believed_before_all_else(encoding):
    assert decode(("\ufeff" + HAN).encode(encoding), "big5") == (HAN, encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_byte_text_without_a_mark_is_told_by_its_zero_bytes(encoding):
    page = "<html><body>" + HAN
    assert decode(page.encode(encoding), "gb2312") == (page, encoding)


def test_a_zero_byte_in_plain_text_makes_no_two_byte_text_of_it():
    assert decode(b"plain \0 text of one byte a sign")[1] == "utf-8"


def test_a_declared_two_byte_encoding_is_believed_where_a_zero_byte_allows_it():
    text = "汉字占满了每一个位置a"
    assert decode(text.encode("utf-16-le"), "utf-16")[0] == text


@pytest.mark.parametrize("encoding", ["hz", "iso2022_jp"])
def test_seven_bit_encodings_need_their_declaration(encoding):
    text = HAN if encoding == "hz" else JAPANESE
    assert decode(text.encode(encoding), encoding)[0] == text


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("x-gbk", "gb18030"),
        ("gb_2312-80", "gb18030"),
        ("GB18030", "gb18030"),
    ],
)
def test_a_chinese_declaration_is_widened(declared, used):
    assert decode((HAN + "镕㐂𠮷").encode("gb18030"), declared) == (HAN + "镕㐂𠮷", used)


def test_cyrillic_needs_its_declaration():
    text = "Правительство объявило о новых мерах поддержки."
    assert decode(text.encode("cp1251"), "windows-1251") == (text, "cp1251")


def test_plain_ascii_and_nothing_are_utf8():
    assert decode(b"abc", "gb2312") == ("abc", "utf-8")
    assert decode(b"") == ("", "utf-8")


def test_one_bad_byte_spoils_one_character_of_utf8():
    body = bytearray(HAN.encode())
    body[20] = 0xFF
    text, used = decode(bytes(body), "gbk")
    assert used == "utf-8"
    assert text.replace("\ufffd", "") == HAN.replace("，", "", 1)


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf8():
    text, used = decode(HAN.encode()[:-5], "gbk")
    assert (used, text[:-1]) == ("utf-8", HAN[:-5])


@pytest.mark.parametrize("at", range(20, 60, 3))
def test_a_stray_byte_in_gbk_spoils_one_character(at):
    body = bytearray(HAN.encode("gbk"))
    body.insert(at, 0xC4)
    text, used = decode(bytes(body), "gbk")
    assert used == "gb18030"
    assert sum(char not in text for char in set(HAN)) <= 1


@pytest.mark.parametrize("at", range(21, 60, 3))
def test_a_byte_lost_from_gbk_spoils_one_character(at):
    body = bytearray(HAN.encode("gbk"))
    del body[at]
    text, _ = decode(bytes(body), "gbk")
    assert sum(char not in text for char in set(HAN)) <= 2


def test_an_odd_run_before_a_letter_that_belongs_to_it_is_left_alone():
    text = TRADITIONAL.replace("<p>", "業") + "\n"
    body = text.encode("gbk") + b"\xff\n"
    assert decode(body, "gbk")[0] == text + "\ufffd\n"


@given(st.binary(max_size=200), st.text(max_size=12))
def test_any_bytes_become_text(body, declared):
    text, used = decode(body, declared)
    assert isinstance(text, str)
    assert codecs.lookup(used)


def test_ten_megabytes_of_one_byte_are_decoded_in_linear_time():
    assert len(decode(b"\xc4" * 3_000_001)[0]) >= 1_500_000

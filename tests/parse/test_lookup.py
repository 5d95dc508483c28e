from __future__ import annotations

import pytest

from monitor import parse
from monitor.errors import ParseError
from monitor.model import Step
from tests.parse.cases import response

PAGE = '<html><ul class="wz-list" data="datasource:4ab-c_9"><li>x</li></ul><p class="id"> 7 8 </p><script>var list="L9";</script></html>'


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"select": "ul.wz-list@data", "after": "datasource:"}, "4ab-c_9"),
        ({"select": "ul.wz-list@data"}, "datasource:4ab-c_9"),
        ({"select": "p.id"}, "7 8"),
        ({"after": 'var list="'}, "L9"),
    ],
)
def test_a_value_is_found_on_a_page(said, found):
    assert parse.lookup(response(PAGE.encode()), Step("id", "http://a/", **said)) == found


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ('callback({"stockInfo":[{"stockId":209,"name":"a"}]});', "stockInfo.0.stockId"),
        ('{"a":"{\\"b\\": 209}"}', "a.b"),
    ],
)
def test_a_value_is_found_in_a_json_answer(body, path):
    assert parse.lookup(response(body.encode()), Step("id", "http://a/", path=path)) == "209"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PAGE, {"select": "ul.other@data"}),
        (PAGE, {"select": "ul.wz-list@data", "after": "source="}),
        (PAGE, {"after": "nowhere"}),
        ("<p>" + "x" * 300, {"select": "p"}),
        ('{"a": []}', {"path": "a.0"}),
        ("no JSON", {"path": "a"}),
        ("", {"after": "x"}),
    ],
)
def test_a_value_that_is_not_there_is_a_failure(body, said):
    with pytest.raises(ParseError):
        parse.lookup(response(body.encode()), Step("id", "http://a/", **said))


def test_an_answer_without_a_body_is_a_failure():
    with pytest.raises(ParseError, match="nothing to be"):
        parse.lookup(response(None), Step("id", "http://a/", after="x"))

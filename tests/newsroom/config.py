"""The newsroom's configuration, as a person would write it."""

from __future__ import annotations

from pathlib import Path

from tests.newsroom.server import HOSTS, Newsroom

TEMPLATE = """\
database: {database}
timezone: Asia/Shanghai
fetch: {{timeout: 5s, pause: 0s, allow_private: [{private}]}}
web: {{listen: "off"}}
sources:
  - {{id: lcrb, name: 洛城日报, tier: newspaper, hosts: ["127.0.0.1"]}}
  - {{id: hlfb, name: 河洛发布, tier: official, hosts: ["127.0.0.2"]}}
  - {{id: kjkx, name: 科技快讯网, tier: portal, hosts: ["127.0.0.3"]}}
  - {{id: zywb, name: 中原晚报, tier: newspaper, hosts: ["127.0.0.4"]}}
  - {{id: cygc, name: 产业观察, tier: self_media, hosts: ["127.0.0.5"]}}
feeds:
  - {{url: "{a}", every: 1h}}
  - {{url: "{b}", every: 1h, topics: [xiaomi-luoyang]}}
  - {{url: "{c}", every: 1h, topics: [xiaomi-luoyang]}}
  - {{url: "{d}", every: 1h, topics: [xiaomi-luoyang]}}
  - {{url: "{e}", every: 1h, topics: [xiaomi-luoyang], kind: list,
     select: {{entry: "ul.news li", title: "a", link: "a@href", date: ".date"}}}}
topics:
  - id: xiaomi-luoyang
    question: 小米能落地洛阳吗?
    entities:
      - {{id: xiaomi, kind: company, names: [小米, 小米集团, 小米产投, 小米产业投资], decoys: [小米粥, 伊川小米]}}
      - {{id: luoyang, kind: place, names: [洛阳]}}
      - {{id: jiangling, kind: person, names: [江凌], of: luoyang}}
      - {{id: sunchangxu, kind: person, names: [孙昌旭], of: xiaomi}}
      - {{id: luweibing, kind: person, names: [卢伟冰], of: xiaomi}}
    together: [xiaomi, luoyang]
  - id: catl-luoyang
    question: 宁德时代在洛阳做什么?
    entities:
      - {{id: catl, kind: company, names: [宁德时代]}}
      - {{id: luoyang, kind: place, names: [洛阳]}}
    together: [catl, luoyang]
"""

PATHS = {"a": "/rss.xml", "b": "/atom.xml", "c": "/feed.json", "d": "/gbk.xml", "e": "/list.html"}


def write(room: Newsroom, folder: Path, extra: str = "", database: str = "timeline.db") -> Path:
    """Write the configuration into *folder* and return its path."""
    private = ", ".join(f'"{host}:{room.port}"' for host in HOSTS.values())
    urls = {outlet: room.at(outlet, path) for outlet, path in PATHS.items()}
    file = folder / "config.yaml"
    file.write_text(TEMPLATE.format(private=private, database=database, **urls) + extra, "utf-8")
    return file

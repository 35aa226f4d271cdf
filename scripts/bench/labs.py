"""Lab files of any size, written for one measurement."""

from __future__ import annotations

from pathlib import Path

import world

HEAD = "lab: {name}\nvpc: {{ cidr: 10.0.0.0/16, zones: [a] }}\ninternet-gateway: igw\n"
PER_SUBNET = 200


def _write(name: str, text: str) -> Path:
    path = world.WORK / f"{name}.yaml"
    path.write_text(text)
    return path


def shipped(name: str) -> Path:
    return world.ROOT / "labs" / f"{name}.yaml"


def instances(count: int) -> Path:
    """A VPC of so many instances, 200 to a subnet, one security group."""
    lines = [HEAD.format(name=f"{world.PREFIX}vpc"), "subnets:\n"]
    lines += [
        f"  s{i}: {{ cidr: 10.0.{i}.0/24, zone: a, routes: {{ 0.0.0.0/0: igw }} }}\n"
        for i in range((count + PER_SUBNET - 1) // PER_SUBNET)
    ]
    lines.append("security-groups:\n  all: { ingress: [{ tcp: 1-65535, from: 10.0.0.0/16 }] }\ninstances:\n")
    for i in range(count):
        subnet, place = divmod(i, PER_SUBNET)
        address = f"10.0.{subnet}.{place + 10}"
        lines.append(f"  i{i}: {{ subnet: s{subnet}, address: {address}, security-groups: [all] }}\n")
    return _write(f"instances-{count}", "".join(lines))


def large() -> Path:
    """A VPC of 1,000 instances in 100 subnets with 200 security groups, two an instance."""
    lines = [HEAD.format(name=f"{world.PREFIX}large"), "subnets:\n"]
    lines += [f"  s{i}: {{ cidr: 10.0.{i}.0/24, zone: a, routes: {{ 0.0.0.0/0: igw }} }}\n" for i in range(100)]
    lines.append("security-groups:\n")
    for group in range(200):
        rules = f"{{ tcp: 443, from: g{(group + 1) % 200} }}, {{ tcp: 22, from: 10.0.{group}.0/24 }}"
        lines.append(f"  g{group}: {{ ingress: [{rules}, {{ icmp: echo-request, from: 10.0.0.0/17 }}] }}\n")
    lines.append("instances:\n")
    for i in range(1000):
        mine = dict.fromkeys((f"g{i % 200}", f"g{i * 7 % 200}"))
        place = f"subnet: s{i // 10}, address: 10.0.{i // 10}.{10 + i % 10}"
        lines.append(f"  i{i}: {{ {place}, security-groups: [{', '.join(mine)}] }}\n")
    return _write("large", "".join(lines))


def groups(count: int, rules: int) -> Path:
    """Two instances in two subnets and so many security groups; they are in the first and the last."""
    lines = [HEAD.format(name=f"{world.PREFIX}groups"), "subnets:\n"]
    lines.append("  a: { cidr: 10.0.0.0/24, zone: a, routes: {} }\n  b: { cidr: 10.0.1.0/24, zone: a, routes: {} }\n")
    lines.append("security-groups:\n")
    for group in range(count):
        ports = [f"{{ tcp: {5201 + r}, from: 10.0.0.0/16 }}" for r in range(rules - 1)]
        ports.append("{ udp: 5201, from: 10.0.0.0/16 }")
        lines.append(f"  g{group}: {{ ingress: [{', '.join(ports)}] }}\n")
    lines.append("instances:\n  one: { subnet: a, address: 10.0.0.10, security-groups: [g0] }\n")
    lines.append(f"  two: {{ subnet: b, address: 10.0.1.10, security-groups: [g{count - 1}] }}\n")
    return _write(f"groups-{count}x{rules}", "".join(lines))

import KernelObjects
import LabPlan

/// All that the kernel holds in a namespace, as foreign programs print it, without what no two builds can share:
/// handles, counters, numbers of other namespaces.
struct NamespaceDump {
    /// One list of lines per kind of object.
    var sections: [String: [String]] = [:]

    /// - Parameter name: under `/run/netns`.
    init(_ name: String) throws {
        sections["links"] = try Self.list(name, "-d", "link", "show").map {
            $0.without(["link_netnsid", "stats", "stats64"]).line
        }
        sections["addresses"] = try Self.list(name, "-4", "address", "show").flatMap { link in
            (link["addr_info"]?.items ?? []).map { "\(link["ifname"]?.text ?? "?"): \($0.line)" }
        }
        // All tables, with what the kernel itself puts into `local`.
        sections["routes"] = try Self.list(name, "-4", "-d", "route", "show", "table", "all").map(\.line).sorted()
        // Whoever adds a rule is noted beside it, and does not change it.
        sections["rules"] = try Self.list(name, "-4", "-d", "rule", "show").map { $0.without(["protocol"]).line }
        sections["neighbors"] = try Self.list(name, "-4", "neighbor", "show", "nud", "permanent").map(\.line).sorted()
        sections["settings"] = try Self.settings(name)
    }

    private static func list(_ name: String, _ arguments: String...) throws -> [JSON] {
        // `ip` prints the words of a missing object as an empty one: [{},{…}].
        try JSON.list(try command(["ip", "-j", "-n", name] + arguments)).filter { !$0.keys.isEmpty }
    }

    /// Every network setting there is, not only those of the plan.
    private static func settings(_ name: String) throws -> [String] {
        let text = try command("ip", "netns", "exec", name, "sysctl", "-a", "-e", "-r", "^net\\.")
        return text.split(separator: "\n").map(String.init).filter { line in
            !["nf_conntrack_count", "stable_secret"].contains { line.contains($0) }
        }.sorted()
    }
}

/// A ruleset as `nft` lists it: one entry per object, rules by chain.
struct RulesetDump {
    /// Sets, chains and tables by name.
    var objects: [String: String] = [:]
    /// The rules of each chain in order.
    var rules: [String: [JSON]] = [:]

    init(_ name: String) throws {
        let text = try command("ip", "netns", "exec", name, "nft", "-j", "list", "ruleset")
        for item in try JSON.object(text)["nftables"]?.items ?? [] {
            guard let noun = item.keys.first, let object = item[noun] else { continue }
            let clean = object.without(["handle", "packets", "bytes"])
            switch noun {
            case "metainfo": continue
            case "rule": rules[object["chain"]?.text ?? "?", default: []].append(clean)
            case "set", "map":
                // The kernel lists elements in the order of a hash of its own.
                let elements = (object["elem"]?.items ?? []).map(\.line).sorted()
                objects["\(noun) \(object["name"]?.text ?? "?")"] =
                    clean.without(["elem"]).line + elements.joined(separator: "\n")
            default: objects["\(noun) \(object["name"]?.text ?? "?")"] = clean.line
            }
        }
    }

    /// Takes out what the script cannot say: exactly the rules that are beyond `nft`, and the map they look into.
    ///
    /// - Returns: how many rules were taken out.
    mutating func dropBeyondNft(_ table: NftTable) -> Int {
        var dropped = 0
        for chain in table.chains {
            let listed = rules[chain.name] ?? []
            guard listed.count == chain.rules.count else { continue }
            let kept = zip(chain.rules, listed).filter { !$0.0.statements.contains(where: \.isBeyondNft) }.map(\.1)
            dropped += listed.count - kept.count
            rules[chain.name] = kept.isEmpty ? nil : kept
        }
        for set in table.sets where set.key.contains(.timeToLive) { objects["map \(set.name)"] = nil }
        return dropped
    }

    /// Takes out the chain that stands in for one of them in the script, and the jumps to it.
    mutating func dropStandIn(_ chain: String) -> Int {
        var dropped = 0
        for (name, listed) in rules {
            let kept = listed.filter { $0["expr"]?.items.contains { $0["jump"]?["target"]?.text == chain } != true }
            dropped += listed.count - kept.count
            rules[name] = kept.isEmpty ? nil : kept
        }
        rules[chain] = nil
        objects["chain \(chain)"] = nil
        return dropped
    }

    /// As lines to compare.
    var lines: [String] {
        objects.sorted { $0.key < $1.key }.map(\.value)
            + rules.sorted { $0.key < $1.key }.flatMap { chain, rules in rules.map { "\(chain): \($0.line)" } }
    }
}

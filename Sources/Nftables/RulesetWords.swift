import CLibMNL
import IPAddressing
import KernelObjects
import Netlink

// Words for what the kernel has and no plan: as near to `nft` as the bytes allow.

extension LiveRuleset.Table {
    var familyName: String {
        let families = [NFPROTO_INET, NFPROTO_IPV4, NFPROTO_ARP, NFPROTO_NETDEV, NFPROTO_BRIDGE, NFPROTO_IPV6]
        let words = "inet ip arp netdev bridge ip6".split(separator: " ").map(String.init)
        return zip(families, words).first { $0.0 == Int(family) }?.1 ?? "family \(family)"
    }
}

extension LiveRuleset.Rule {
    /// Its comment, if it has one, and the handle by which `nft -a list` shows it.
    var text: String {
        let comment = userData.withUnsafeBytes { RuleComment.decode($0) }.map { " comment \"\($0)\"" } ?? ""
        return "handle \(handle)\(comment)"
    }
}

extension LiveRuleset.SetShape {
    /// Made by a rule with braces; it goes with the rule.
    var isAnonymous: Bool { flags & UInt32(NFT_SET_ANONYMOUS.rawValue) != 0 }
}

extension LiveRuleset.Element {
    func text(_ kinds: [NftSet.Kind]) -> String {
        var rest = key[...]
        var words: [String] = []
        for kind in kinds {
            let part = Array(rest.prefix(kind.length))
            rest = rest.dropFirst(kind.paddedLength(alone: kinds.count == 1))
            words.append(Self.text(part, kind))
        }
        return words.joined(separator: " . ") + (data.isEmpty ? "" : " : something else")
    }

    private static func text(_ bytes: [UInt8], _ kind: NftSet.Kind) -> String {
        switch kind {
        case .interface: "\"\(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))\""
        case .address:
            bytes.withUnsafeBytes { $0.bigEndian32 }.map { "\(IPv4Address(number: $0))" } ?? "?"
        case .mark:
            bytes.count == 4
                ? "0x" + String(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }, radix: 16) : "?"
        case .timeToLive, .icmpType: "\(bytes.first ?? 0)"
        case .port: "\(bytes.reduce(0) { $0 << 8 | Int($1) })"
        case .connectionDirection: bytes.first == 0 ? "original" : "reply"
        }
    }
}

extension NftSet.Element {
    /// As `nft add element` takes it.
    var text: String {
        key.map(\.text).joined(separator: " . ") + (data.map { " : \($0.text)" } ?? "")
    }
}

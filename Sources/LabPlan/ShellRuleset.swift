import IPAddressing
import KernelObjects

/// A table as text for `nft -f`, with the reasons beside the chains.
struct ShellRuleset {
    private let table: NftTable
    private let role: NodePlan.Role

    init(_ table: NftTable, role: NodePlan.Role) {
        self.table = table
        self.role = role
    }

    var lines: [String] {
        var page = ShellPage()
        var explained: Set<String> = []
        page.add("table ip \(NftTable.name) {")
        for set in table.sets where !set.isBeyondNft {
            explain(ShellLesson.set(set.name, role), &explained, &page)
            add(set, to: &page)
        }
        for chain in table.chains {
            page.space()
            explain(ShellLesson.chain(chain.name, role), &explained, &page)
            add(chain, to: &page)
        }
        page.add("}")
        return page.lines
    }

    private func explain(_ why: String?, _ explained: inout Set<String>, _ page: inout ShellPage) {
        guard let why, explained.insert(why).inserted else { return }
        page.comment(why, indent: Self.indent)
    }

    private func add(_ set: NftSet, to page: inout ShellPage) {
        let key = set.key.map(\.text).joined(separator: " . ")
        let data =
            switch set.data {
            case .verdict: " : verdict"
            case .value(let kind): " : \(kind.text)"
            case .flowTarget: " : ipv4_addr . inet_service"
            case nil: ""
            }
        page.add("\(Self.indent)\(set.data == nil ? "set" : "map") \(set.name) {")
        page.add("\(Self.inner)type \(key)\(data)")
        if set.isInterval { page.add("\(Self.inner)flags interval") }
        let elements = set.isInterval ? set.spans.map(text) : set.elements.map(text)
        if !elements.isEmpty {
            let line = "elements = { \(elements.joined(separator: ", ")) }"
            if line.count <= 88 {
                page.add("\(Self.inner)\(line)")
            } else {
                page.add("\(Self.inner)elements = {")
                for element in elements { page.add("\(Self.inner)    \(element),") }
                page.add("\(Self.inner)}")
            }
        }
        page.add("\(Self.indent)}")
    }

    private func text(_ element: NftSet.Element) -> String {
        let key = element.key.map(\.text).joined(separator: " . ")
        return element.data.map { "\(key) : \($0.text)" } ?? key
    }

    /// A range that is a block is written as one, as `nft` itself lists it.
    private func text(_ span: ClosedRange<IPv4Address>) -> String {
        let block = (0...32).lazy.map { CIDRBlock(containing: span.lowerBound, prefixLength: $0) }.first {
            $0.base == span.lowerBound && $0.last == span.upperBound
        }
        return block.map { NftSet.Value.block($0).text } ?? "\(span.lowerBound)-\(span.upperBound)"
    }

    private func add(_ chain: NftChain, to page: inout ShellPage) {
        page.add("\(Self.indent)chain \(chain.name) {")
        if let base = chain.base {
            page.add(
                "\(Self.inner)type \(base.kind.rawValue) hook \(base.hook.rawValue) priority \(base.priority); "
                    + "policy \(base.policy.rawValue);")
        }
        for rule in chain.rules {
            if let why = rule.statements.lazy.compactMap(\.whyLeftOut).first {
                page.comment(why, indent: Self.inner)
                page.add("\(Self.inner)#   \(rule.text)")
            } else {
                page.add("\(Self.inner)\(text(rule))")
            }
        }
        page.add("\(Self.indent)}")
    }

    /// The rule with the one statement that `nft` cannot say replaced by the chain that does the same.
    private func text(_ rule: NftRule) -> String {
        guard rule.statements.contains(where: \.isTTLTranslation) else { return rule.text }
        let words = rule.statements.map { $0.isTTLTranslation ? "jump ttl_plus_one" : $0.text }
        return words.joined(separator: " ")
    }

    private static let indent = "    "
    private static let inner = "        "
}

extension NftTable {
    /// A rule of it puts up the time to live.
    var usesTTL: Bool { chains.contains { $0.rules.contains { $0.statements.contains(where: \.isTTLTranslation) } } }
}

extension NftSet {
    /// Keys of one byte have no name that `type` would take.
    fileprivate var isBeyondNft: Bool { key.contains(.timeToLive) }
}

extension NftStatement {
    fileprivate var isTTLTranslation: Bool { if case .translateTTL = self { true } else { false } }
    /// Why no rule of the script can stand for it; `nil` where one can.
    fileprivate var whyLeftOut: String? {
        switch self {
        case .translateEmbedded: ShellLesson.embedded
        case .balance: ShellLesson.balance
        case .setHandedOn: ShellLesson.handedOn
        default: nil
        }
    }
}

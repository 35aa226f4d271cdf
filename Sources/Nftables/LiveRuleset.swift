import CLibMNL
import KernelObjects
import Netlink

/// The nftables state of a namespace, as the kernel lists it or as a plan would have it, in one comparable form.
///
/// Both come from the same messages read by the same code: a planned table is encoded as it is for the kernel, and
/// read back.
public struct LiveRuleset: Sendable {
    struct Table: Hashable, Sendable {
        var family: UInt8
        var name: String
        /// `NFT_TABLE_F_DORMANT` and its like; ours has none.
        var flags: UInt32
    }

    /// Type, hook and priority; `nil` parts for a chain that only others call.
    struct Base: Hashable, Sendable {
        var type: String?
        var hook: UInt32?
        var priority: UInt32?
        var policy: UInt32?
    }

    struct Rule: Hashable, Sendable {
        /// 0 for a planned one.
        var handle: UInt64
        var chain: String
        var form: [ExpressionForm]
        var userData: [UInt8]

        /// Everything but the handle.
        func isSame(as other: Rule) -> Bool { form == other.form && userData == other.userData }
    }

    struct SetShape: Hashable, Sendable {
        var flags: UInt32
        var keyType: UInt32
        var keyLength: UInt32
        var dataType: UInt32
        /// 0 for verdicts, whose size is the kernel's affair.
        var dataLength: UInt32
    }

    struct Element: Hashable, Sendable {
        var key: [UInt8]
        var isEnd: Bool
        /// A value's bytes, or a verdict's attributes.
        var data: [UInt8]
    }

    var tables: [Table] = []
    var chains: [String: Base] = [:]
    var rules: [String: [Rule]] = [:]
    var sets: [String: SetShape] = [:]
    var elements: [String: Set<Element>] = [:]
    /// What the rules with an owner and a counter had seen when they were listed; of a plan, nothing yet.
    public private(set) var counters: [RuleCounter] = []
    private let isListed: Bool

    /// To be filled with what the kernel lists.
    init() { isListed = true }

    /// What the kernel would list after a table has been added.
    init(_ table: NftTable) {
        isListed = false
        var batch = NftBatch()
        batch.add(table)
        let messages = batch.messages
        messages.bytes.withUnsafeBytes { raw in
            for (index, offset) in messages.offsets.enumerated() {
                let end = index + 1 < messages.count ? messages.offsets[index + 1] : raw.count
                let type = raw.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self)
                read(type, UnsafeRawBufferPointer(rebasing: raw[offset + 16..<end]))
            }
        }
    }

    /// Takes up one message, `struct nfgenmsg` and attributes; of chains, rules and sets only those of our table.
    mutating func read(_ type: UInt16, _ body: UnsafeRawBufferPointer) {
        guard type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES), body.count >= MemoryLayout<nfgenmsg>.size else { return }
        let attributes = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[MemoryLayout<nfgenmsg>.size...]))
        // The table's name is attribute 1 of every kind of message.
        let table = attributes[1]?.text ?? ""
        let isOurs = body[0] == UInt8(NFPROTO_IPV4) && table == NftTable.name
        switch UInt32(type & 255) {
        case NFT_MSG_NEWTABLE.rawValue:
            let flags = attributes[Int(NFTA_TABLE_FLAGS.rawValue)]?.bigEndian32 ?? 0
            tables.append(Table(family: body[0], name: table, flags: flags))
        case NFT_MSG_NEWCHAIN.rawValue where isOurs: readChain(attributes)
        case NFT_MSG_NEWRULE.rawValue where isOurs:
            readRule(attributes)
            if isListed, let counter = RuleCounters.parse(attributes) { counters.append(counter) }
        case NFT_MSG_NEWSET.rawValue where isOurs: readSet(attributes)
        case NFT_MSG_NEWSETELEM.rawValue where isOurs: readElements(attributes)
        default: break
        }
    }

    private mutating func readChain(_ attributes: NetlinkAttributes) {
        let hook = attributes[Int(NFTA_CHAIN_HOOK.rawValue)].map(NetlinkAttributes.init)
        let name = attributes[Int(NFTA_CHAIN_NAME.rawValue)]?.text ?? ""
        chains[name] = Base(
            type: hook == nil ? nil : attributes[Int(NFTA_CHAIN_TYPE.rawValue)]?.text,
            hook: hook?[Int(NFTA_HOOK_HOOKNUM.rawValue)]?.bigEndian32,
            priority: hook?[Int(NFTA_HOOK_PRIORITY.rawValue)]?.bigEndian32,
            policy: hook == nil ? nil : attributes[Int(NFTA_CHAIN_POLICY.rawValue)]?.bigEndian32)
    }

    private mutating func readRule(_ attributes: NetlinkAttributes) {
        let chain = attributes[Int(NFTA_RULE_CHAIN.rawValue)]?.text ?? ""
        let expressions = attributes[Int(NFTA_RULE_EXPRESSIONS.rawValue)].map(NetlinkAttributes.init)
        rules[chain, default: []].append(
            Rule(
                handle: attributes[Int(NFTA_RULE_HANDLE.rawValue)]?.bigEndian64 ?? 0, chain: chain,
                form: expressions?.map { ExpressionForm($0.payload) } ?? [],
                userData: attributes[Int(NFTA_RULE_USERDATA.rawValue)].map { Array($0) } ?? []))
    }

    private mutating func readSet(_ attributes: NetlinkAttributes) {
        func number(_ attribute: some Attribute) -> UInt32 { attributes[Int(attribute.rawValue)]?.bigEndian32 ?? 0 }
        let dataType = number(NFTA_SET_DATA_TYPE)
        sets[attributes[Int(NFTA_SET_NAME.rawValue)]?.text ?? ""] = SetShape(
            flags: number(NFTA_SET_FLAGS), keyType: number(NFTA_SET_KEY_TYPE), keyLength: number(NFTA_SET_KEY_LEN),
            dataType: dataType,
            dataLength: dataType == UInt32(NFT_DATA_VERDICT.rawValue) ? 0 : number(NFTA_SET_DATA_LEN))
    }

    private mutating func readElements(_ attributes: NetlinkAttributes) {
        guard let list = attributes[Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)] else { return }
        let set = attributes[Int(NFTA_SET_ELEM_LIST_SET.rawValue)]?.text ?? ""
        for entry in NetlinkAttributes(list) {
            let parts = NetlinkAttributes(entry.payload)
            let key = parts[Int(NFTA_SET_ELEM_KEY.rawValue)].map(NetlinkAttributes.init)
            let flags = parts[Int(NFTA_SET_ELEM_FLAGS.rawValue)]?.bigEndian32 ?? 0
            let element = Element(
                key: key?[Int(NFTA_DATA_VALUE.rawValue)].map { Array($0) } ?? [],
                isEnd: flags & UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue) != 0,
                data: parts[Int(NFTA_SET_ELEM_DATA.rawValue)].map(Self.data) ?? [])
            // What lies before the first block is outside, whether a message says so or not.
            if element.isEnd, element.key.allSatisfy({ $0 == 0 }) { continue }
            elements[set, default: []].insert(element)
        }
    }

    /// What a value or a verdict says, without how it is wrapped up.
    static func data(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let parts = NetlinkAttributes(bytes)
        if let value = parts[Int(NFTA_DATA_VALUE.rawValue)] { return Array(value) }
        guard let verdict = parts[Int(NFTA_DATA_VERDICT.rawValue)].map(NetlinkAttributes.init) else { return [] }
        let chain = verdict[Int(NFTA_VERDICT_CHAIN.rawValue)]?.text ?? ""
        return Array(verdict[Int(NFTA_VERDICT_CODE.rawValue)] ?? .init(start: nil, count: 0)) + Array(chain.utf8)
    }
}

import CLibMNL
import IPAddressing
import KernelObjects

/// One element of a set as the kernel takes it: a key, or one edge of an interval.
struct IntervalElement {
    let key: [UInt8]
    private let data: NftSet.Data?
    /// The first key that is no longer inside.
    private let isEnd: Bool

    private init(key: [UInt8], data: NftSet.Data?, isEnd: Bool) {
        self.key = key
        self.data = data
        self.isEnd = isEnd
    }

    init(_ element: NftSet.Element) {
        let alone = element.key.count == 1
        key = element.key.flatMap { value in
            let bytes = value.bytes
            return alone ? bytes : bytes + [UInt8](repeating: 0, count: (4 - bytes.count & 3) & 3)
        }
        data = element.data
        isEnd = false
    }

    /// The edges of all that the set covers, in order.
    static func all(of set: NftSet) -> [IntervalElement] {
        let spans = set.spans
        var elements: [IntervalElement] = []
        // Everything before the first block lies outside: `nft` says so with an end at zero.
        if let first = spans.first, first.lowerBound.number > 0 {
            elements.append(edge(first: IPv4Address(number: 0), isEnd: true))
        }
        for span in spans {
            elements.append(edge(first: span.lowerBound, isEnd: false))
            if span.upperBound.number < UInt32.max { elements.append(edge(first: span.upperBound + 1, isEnd: true)) }
        }
        return elements
    }

    private static func edge(first address: IPv4Address, isEnd: Bool) -> IntervalElement {
        IntervalElement(key: address.bytes, data: nil, isEnd: isEnd)
    }

    func write(to message: inout MessageWriter) {
        message.nest(NFTA_LIST_ELEM) {
            if isEnd { $0.put(NFTA_SET_ELEM_FLAGS, UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue)) }
            $0.nest(NFTA_SET_ELEM_KEY) { $0.put(NFTA_DATA_VALUE, key) }
            switch data {
            case .verdict(let verdict):
                $0.nest(NFTA_SET_ELEM_DATA) { ExpressionWriter.write(verdict, to: &$0) }
            case .value(let value):
                $0.nest(NFTA_SET_ELEM_DATA) { $0.put(NFTA_DATA_VALUE, value.bytes) }
            // The port is padded to a register's four bytes.
            case .flowTarget(let target):
                $0.nest(NFTA_SET_ELEM_DATA) {
                    $0.put(NFTA_DATA_VALUE, target.address.bytes + target.port.wire + [0, 0])
                }
            case nil: break
            }
        }
    }
}

import CLibMNL
import IPAddressing
import KernelObjects

/// One element of a set as the kernel takes it: a key, or one edge of an interval.
struct IntervalElement {
    private let key: [UInt8]
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

    /// The edges of all blocks in order; touching and nested blocks become one, for the kernel refuses overlaps.
    static func all(of set: NftSet) -> [IntervalElement] {
        var spans: [(first: UInt64, end: UInt64)] = []
        let blocks = set.elements.compactMap { element -> CIDRBlock? in
            if case .block(let block) = element.key.first { block } else { nil }
        }
        for block in blocks.sorted() {
            let first = UInt64(block.base.number)
            let end = UInt64(block.last.number) + 1
            if let last = spans.last, first <= last.end {
                spans[spans.count - 1].end = max(last.end, end)
            } else {
                spans.append((first, end))
            }
        }
        var elements: [IntervalElement] = []
        // Everything before the first block lies outside: `nft` says so with an end at zero.
        if let first = spans.first, first.first > 0 { elements.append(edge(0, isEnd: true)) }
        for span in spans {
            elements.append(edge(span.first, isEnd: false))
            if span.end <= UInt64(UInt32.max) { elements.append(edge(span.end, isEnd: true)) }
        }
        return elements
    }

    private static func edge(_ number: UInt64, isEnd: Bool) -> IntervalElement {
        IntervalElement(key: IPv4Address(number: UInt32(number)).bytes, data: nil, isEnd: isEnd)
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
            case nil: break
            }
        }
    }
}

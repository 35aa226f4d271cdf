/// An HTTP/1.1 answer: status, headers and the whole body.
public struct HTTPResponse: Hashable, Sendable {
    public internal(set) var status: Int
    /// In the order they came; names in lower case.
    public internal(set) var headers: [Header]
    public internal(set) var body: [UInt8]

    public struct Header: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The first header of that name, in whatever case.
    public subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name == wanted }?.value
    }

    /// The body read as UTF-8.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The `X-Netlab-Seen-From` header, if the server is a lab's.
    public var seenFrom: SeenFrom? { self["x-netlab-seen-from"].flatMap(SeenFrom.init(header:)) }
}

/// A kernel setting of one namespace. Equivalent to `sysctl -w net.ipv4.ip_forward=1`.
public struct Sysctl: Hashable, Sendable {
    /// Dotted: `net.ipv4.ip_forward`.
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    /// The file that holds it.
    public var path: String { "/proc/sys/" + key.split(separator: ".").joined(separator: "/") }
}

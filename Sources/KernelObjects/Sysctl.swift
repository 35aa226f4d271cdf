/// A kernel setting of one namespace. Equivalent to `sysctl -w net.ipv4.ip_forward=1`.
public struct Sysctl: Hashable, Sendable {
    /// Dotted: `net.ipv4.ip_forward`. A dot inside an interface's name is a slash, as for `sysctl`.
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    /// The file that holds it.
    public var path: String {
        "/proc/sys/" + key.split(separator: ".").map { Self.swapped($0, "/", ".") }.joined(separator: "/")
    }

    /// A setting of one interface: `net.ipv4.conf.app.proxy_arp`.
    public init(_ folder: String, _ device: String, _ name: some StringProtocol, _ value: String) {
        self.init("net.ipv4.\(folder).\(Self.swapped(device, ".", "/")).\(name)", value)
    }

    /// The interface it belongs to; `nil` for a setting of the whole namespace.
    var device: String? {
        let parts = key.split(separator: ".")
        guard parts.count == 5, parts[2] == "conf" || parts[2] == "neigh", parts[3] != "all", parts[3] != "default"
        else { return nil }
        return Self.swapped(parts[3], "/", ".")
    }

    private static func swapped(_ text: some StringProtocol, _ old: Character, _ new: Character) -> String {
        String(text.map { $0 == old ? new : $0 })
    }
}

/// One file of a folder of descriptions: what an `aws … describe-…` command printed.
public struct DescriptionFile: Sendable {
    /// As messages name it.
    public let path: String
    /// The folders it lies in, below the one that was named, outermost first: account and region may be among them.
    public let folders: [String]
    public let bytes: [UInt8]

    public init(path: String, folders: [String] = [], bytes: [UInt8]) {
        self.path = AWSName.printable(path)
        self.folders = folders
        self.bytes = bytes
    }

    /// `us-east-1`: the innermost folder that looks like a region.
    var region: String? { folders.last(where: Self.isRegion) }
    /// The twelve digits of an account, or the folder below `accounts`.
    var account: String? {
        if let digits = folders.last(where: { $0.utf8.count == 12 && $0.utf8.allSatisfy { 48...57 ~= $0 } }) {
            return digits
        }
        return folders.firstIndex(of: "accounts").flatMap { $0 + 1 < folders.count ? folders[$0 + 1] : nil }
    }

    static func isRegion(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard (3...4).contains(parts.count), parts[0].utf8.count == 2, let last = parts.last else { return false }
        return last.utf8.count == 1 && last.utf8.allSatisfy { 48...57 ~= $0 }
            && parts.dropLast().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { 97...122 ~= $0 } }
    }
}

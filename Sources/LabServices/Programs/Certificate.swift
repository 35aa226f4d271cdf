/// A server's certificate and key, as PEM files in the state folder.
public struct Certificate: Codable, Equatable, Sendable {
    /// The certificate, then the authority's.
    public var chainFile: String
    public var keyFile: String

    public init(chainFile: String, keyFile: String) {
        self.chainFile = chainFile
        self.keyFile = keyFile
    }
}

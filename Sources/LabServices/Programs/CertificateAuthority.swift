import Glibc
public import IPAddressing
import LinuxSystem

/// The lab's own certificate authority: trusted inside the lab, unknown everywhere else, gone with the lab.
///
/// Made by the `openssl` program: P-256 keys, valid for 30 days.
public struct CertificateAuthority: Sendable {
    private static let days = "30"

    /// The state folder of the lab.
    public let folder: String
    public var certificateFile: String { "\(folder)/ca.crt" }
    private var keyFile: String { "\(folder)/ca.key" }

    public init(folder: String) { self.folder = folder }

    /// Makes key and certificate of the authority itself.
    public func make() throws {
        try Self.openssl(
            ["req", "-x509"] + Self.newKey + [
                "-subj", "/O=netlab/CN=netlab lab authority", "-days", Self.days,
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", keyFile, "-out", certificateFile,
            ], log: "\(folder)/ca.out")
    }

    /// Where a server's certificate is, or will be.
    public func certificate(_ name: String) -> Certificate {
        Certificate(chainFile: "\(folder)/\(name).crt", keyFile: "\(folder)/\(name).key")
    }

    /// A certificate for a server known by these names and addresses.
    public func issue(_ name: String, names: [String], addresses: [IPv4Address]) throws -> Certificate {
        let certificate = certificate(name)
        let subjects = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        try Self.openssl(
            ["req", "-x509"] + Self.newKey + [
                "-CA", certificateFile, "-CAkey", keyFile, "-subj", "/O=netlab/CN=\(names.first ?? name)",
                "-days", Self.days, "-addext", "subjectAltName=\(subjects.joined(separator: ","))",
                "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth",
                "-keyout", certificate.keyFile, "-out", certificate.chainFile,
            ], log: "\(folder)/\(name).out")
        return certificate
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private static func openssl(_ arguments: [String], log: String) throws {
        let program = try Program.locate("openssl")
        let null = try OwnedDescriptor(opening: "/dev/null", O_RDONLY)
        let output = try OwnedDescriptor(opening: log, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        let status = try ChildProcess.spawn(
            [program] + arguments, standard: (null.raw, output.raw, output.raw), environment: ["LC_ALL=C"]
        ).wait()
        guard status == 0 else {
            let words = (try? OwnedDescriptor(opening: log, O_RDONLY).readAll()) ?? []
            throw LabServicesError.certificateFailed(
                String(decoding: words.suffix(500), as: UTF8.self).split(separator: "\n").joined(separator: "; "))
        }
    }
}

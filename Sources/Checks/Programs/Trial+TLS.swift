import CloudModel
import IPAddressing
import LabRunner
import Probes

extension Trial {
    /// Where the lab's authority is among those that programs of a node trust.
    static let trustedCertificates = "/etc/ssl/certs/ca-certificates.crt"

    /// One handshake by the real client. Equivalent to `openssl s_client -connect HOST:PORT </dev/null`.
    func tls(_ node: MadeNode, _ to: Endpoint, _ places: Places) throws -> Observation {
        let target = SocketAddress(address: try places.resolve(to.host, from: node), port: probe.port ?? 443)
        let end = try NodeCommand.run(
            Self.client(of: target, known: to.host, in: places.lab), in: places.lab, node: sender,
            within: programPatience,
            environment: NodeCommand.plainEnvironment)
        let certificate = ServerCertificate(end.output)
        var observation = Observation()
        observation.protocolNumber = ProtocolNumber.tcp
        observation.target = target
        observation.text = end.output
        observation.isSilent = end.isTimedOut
        observation.succeeded = certificate?.isVerified == true
        observation.certificate = certificate
        observation.saw =
            certificate?.sentence
            ?? (end.isTimedOut ? "no handshake in time" : "no handshake: \(ServerCertificate.reason(end.output))")
        return observation
    }

    /// The words of an `openssl s_client` that wants the certificate to name the host: by name, or by address where
    /// the lab file names a node or an address.
    static func client(of target: SocketAddress, known host: String, in lab: RunningLab) -> [String] {
        let isName = IPv4Address(host) == nil && lab.node(host) == nil
        let identity = isName ? ["-servername", host, "-verify_hostname", host] : ["-verify_ip", "\(target.address)"]
        return ["openssl", "s_client", "-connect", "\(target)", "-CAfile", trustedCertificates] + identity
    }
}

/// What a TLS server showed of itself, and what the client made of it.
public struct ServerCertificate: Hashable, Sendable, Encodable {
    /// `TLSv1.3`
    public let version: String
    /// `O = netlab, CN = web.example`
    public let subject: String
    public let issuer: String
    /// `0 (ok)`
    public let verification: String

    public var isVerified: Bool { verification.hasPrefix("0 ") }

    /// One line for people.
    var sentence: String {
        "\(version), certificate of \(subject), issued by \(issuer), "
            + (isVerified ? "verified" : "NOT verified: \(verification)")
    }

    /// `nil` when no handshake took place.
    ///
    /// - Parameter output: what `openssl s_client` wrote.
    init?(_ output: String) {
        let lines = output.split(whereSeparator: \.isNewline).map { String($0).trimmed }
        func value(_ prefix: String) -> String? {
            lines.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)).trimmed }
        }
        // `New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384`
        guard let version = value("New, ")?.split(separator: ",").first, version != "(NONE)",
            let subject = value("subject="), let issuer = value("issuer="),
            let verification = value("Verify return code:")
        else { return nil }
        self.version = String(version)
        self.subject = subject
        self.issuer = issuer
        self.verification = verification
    }

    /// Why there was no handshake, in openssl's words.
    static func reason(_ output: String) -> String {
        let lines = output.split(whereSeparator: \.isNewline)
        // `40A7…:error:8000006F:system library:BIO_connect:Connection refused:../crypto/bio/bio_sock2.c:125:`
        let words = lines.first { $0.contains(":error:") }?.split(separator: ":") ?? []
        return words.count > 5 ? String(words[5]) : lines.last.map(String.init) ?? "no word from openssl"
    }
}

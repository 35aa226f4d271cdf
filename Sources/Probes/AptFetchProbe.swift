import Crypto
import Glibc
public import Namespaces

/// What `apt-get install` does on the network: resolve the mirror, fetch InRelease, Packages and the .deb, and check
/// each against the SHA-256 that the one before gives.
///
/// The signature on InRelease is not verified here; the lab tests run the real `apt-get` against the same mirror, and
/// that one does. Equivalent to `ip netns exec NAME apt-get download PACKAGE`.
public struct AptFetchProbe: Sendable {
    /// How far the fetch came, with every request on the way.
    public struct Outcome: Sendable {
        public let duration: Duration
        /// The mirror's address, once the name was resolved.
        public let mirror: SocketAddress?
        /// Where every connection began, also those that got no reply.
        public let locals: [SocketAddress]
        /// In order, the ones that got a reply.
        public let requests: [Request]
        public let result: Result<Download, Failure>

        public var succeeded: Bool { (try? result.get()) != nil }
    }

    /// Where a fetch can break.
    public enum Step: String, Hashable, Sendable {
        case resolve, inRelease = "InRelease", packages = "Packages", package
    }

    /// One request that was answered.
    public struct Request: Hashable, Sendable {
        public let step: Step
        public let path: String
        public let status: Int
        public let bytes: Int
        public let local: SocketAddress
        /// The source the mirror says it saw.
        public let seenFrom: SeenFrom?
        public let duration: Duration
    }

    /// The package's file as it arrived, proved whole.
    public struct Download: Hashable, Sendable {
        public let bytes: Int
        /// In hexadecimal.
        public let sha256: String
        public let version: String
    }

    /// The step that failed and why.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let step: Step
        public let reason: String
        /// Set where the network gave no answer.
        public let noReply: NoReply?
        public var description: String { "\(step.rawValue): \(reason)" }
    }

    public let namespace: NetworkNamespace
    public let resolvers: [SocketAddress]
    public let host: String
    public let port: UInt16
    public let basePaths: [String]
    public let suite: String
    public let package: String
    public let timeout: Duration

    /// - Parameters:
    ///   - basePaths: tried in turn until one has `dists/SUITE/InRelease`.
    ///   - timeout: for each request.
    public init(
        from namespace: NetworkNamespace, resolvers: [SocketAddress], host: String, port: UInt16 = 80,
        basePaths: [String] = ["/ubuntu", "/debian", ""], suite: String = "stable", package: String,
        timeout: Duration = .seconds(2)
    ) {
        self.namespace = namespace
        self.resolvers = resolvers
        self.host = host
        self.port = port
        self.basePaths = basePaths
        self.suite = suite
        self.package = package
        self.timeout = timeout
    }

    public func run() throws -> Outcome {
        let watch = Stopwatch()
        var fetch = Fetch(probe: self)
        let result: Result<Download, Failure>
        do {
            result = .success(try fetch.download())
        } catch let failure as Failure {
            result = .failure(failure)
        }
        return Outcome(
            duration: watch.elapsed, mirror: fetch.mirror, locals: fetch.locals, requests: fetch.requests,
            result: result)
    }
}

/// The state of one fetch.
private struct Fetch {
    typealias Failure = AptFetchProbe.Failure

    private static let index = "main/binary-amd64/Packages"

    let probe: AptFetchProbe
    private(set) var mirror: SocketAddress?
    private(set) var locals: [SocketAddress] = []
    private(set) var requests: [AptFetchProbe.Request] = []

    init(probe: AptFetchProbe) { self.probe = probe }

    mutating func download() throws -> AptFetchProbe.Download {
        let mirror = try resolve()
        self.mirror = mirror
        let (base, inRelease) = try findSuite(at: mirror)
        let dists = "\(base)/dists/\(probe.suite)"

        guard let expected = AptIndex.checksum(of: Self.index, inRelease: String(decoding: inRelease, as: UTF8.self))
        else { throw failure(.inRelease, "no SHA256 of \(Self.index)") }
        let packages = try verified(
            .packages, "\(dists)/\(Self.index)", at: mirror, size: expected.size, sha256: expected.sha256)

        guard let wanted = AptIndex.package(probe.package, in: String(decoding: packages, as: UTF8.self)) else {
            throw failure(.packages, "no package \(probe.package)")
        }
        let file = try verified(
            .package, "\(base)/\(wanted.filename)", at: mirror, size: wanted.size, sha256: wanted.sha256)
        return AptFetchProbe.Download(bytes: file.count, sha256: wanted.sha256, version: wanted.version)
    }

    private func resolve() throws -> SocketAddress {
        let outcome = try DNSProbe.resolve(
            probe.host, servers: probe.resolvers, from: probe.namespace, timeout: probe.timeout)
        switch outcome.answer {
        case .none(let reason): throw failure(.resolve, "\(probe.host): \(reason)", reason)
        case .reply(let reply):
            guard let address = reply.addresses.first else {
                throw failure(.resolve, "\(probe.host): \(reply.rcode == 0 ? "no address" : reply.rcodeName)")
            }
            return SocketAddress(address: address, port: probe.port)
        }
    }

    /// The first base path under which the suite exists.
    private mutating func findSuite(at mirror: SocketAddress) throws -> (base: String, inRelease: [UInt8]) {
        for base in probe.basePaths {
            let reply = try get(.inRelease, "\(base)/dists/\(probe.suite)/InRelease", at: mirror)
            if reply.status == 200 { return (base, reply.response.body) }
        }
        throw failure(.inRelease, "no dists/\(probe.suite) under \(probe.basePaths.map { $0 + "/" })")
    }

    private mutating func verified(
        _ step: AptFetchProbe.Step, _ path: String, at mirror: SocketAddress, size: Int, sha256: String
    ) throws -> [UInt8] {
        let reply = try get(step, path, at: mirror)
        guard reply.status == 200 else { throw failure(step, "\(path): HTTP \(reply.status)") }
        let body = reply.response.body
        guard body.count == size else { throw failure(step, "\(path): \(body.count) bytes, \(size) promised") }
        let digest = FileDigest.hexadecimal(SHA256.hash(data: body))
        guard digest == sha256 else { throw failure(step, "\(path): SHA-256 \(digest), \(sha256) promised") }
        return body
    }

    private mutating func get(
        _ step: AptFetchProbe.Step, _ path: String, at mirror: SocketAddress
    ) throws -> HTTPProbe.Reply {
        let outcome = try HTTPProbe(
            from: probe.namespace, to: mirror, host: probe.host, path: path, timeout: probe.timeout
        ).run()
        locals.append(outcome.local)
        switch outcome.answer {
        case .none(let reason): throw failure(step, "\(mirror)\(path): \(reason)", reason)
        case .reply(let reply):
            requests.append(
                AptFetchProbe.Request(
                    step: step, path: path, status: reply.status, bytes: reply.response.body.count,
                    local: outcome.local, seenFrom: reply.seenFrom, duration: outcome.duration))
            return reply
        }
    }

    private func failure(_ step: AptFetchProbe.Step, _ reason: String, _ noReply: NoReply? = nil) -> Failure {
        Failure(step: step, reason: reason, noReply: noReply)
    }
}

import CloudModel
import FoundationEssentials
import Glibc
import IPAddressing
import LabRunner
import LinuxSystem
import Probes

extension Trial {
    /// The real client fetches token, manifest and blobs; then every digest is computed anew from the bytes that came.
    ///
    /// Equivalent to `skopeo --insecure-policy copy docker://HOST/IMAGE dir:FOLDER`; the folder is removed.
    func imagePull(_ node: MadeNode, _ from: Endpoint, _ image: String, _ places: Places) throws -> Observation {
        var observation = Observation()
        observation.protocolNumber = ProtocolNumber.tcp
        let target = SocketAddress(address: try places.resolve(from.host, from: node), port: probe.port ?? 443)
        observation.target = target
        let folder = try Self.temporaryFolder()
        defer { try? Files.removeTree(folder) }
        let host = places.lab.node(from.host) == nil ? from.host : "\(target.address)"
        let port = target.port == 443 ? "" : ":\(target.port)"
        let end = try NodeCommand.run(
            [
                "skopeo", "--insecure-policy", "copy", "--remove-signatures", "--quiet", "--retry-times", "0",
                "docker://\(host)\(port)/\(image)", "dir:\(folder)",
            ], in: places.lab, node: sender, within: expect.succeeds == false ? programPatience : .seconds(60),
            environment: NodeCommand.plainEnvironment + ["TMPDIR=\(folder)"])
        observation.isSilent = end.isTimedOut
        guard end.status == 0, !end.isTimedOut else {
            let last = end.output.split(separator: "\n").last.map(String.init) ?? ""
            observation.saw = end.isTimedOut ? "skopeo had not ended in time" : "skopeo: \(last.suffix(160))"
            return observation
        }
        let pulled = try PulledImage(folder)
        observation.succeeded = pulled.wrong.isEmpty && !pulled.blobs.isEmpty
        observation.saw = pulled.sentence(of: image)
        return observation
    }

    private static func temporaryFolder() throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(parent)/netlab-pull-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw SystemError(call: "mkdtemp", errno: errno, subject: parent)
        }
        return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// An image as `skopeo copy … dir:FOLDER` lays it down: `manifest.json`, and each blob under its digest.
struct PulledImage {
    /// One blob, as the manifest describes it.
    struct Blob: Decodable, Hashable, Sendable {
        let digest: String
        let size: Int
    }

    private struct Manifest: Decodable {
        let config: Blob
        let layers: [Blob]
    }

    let blobs: [Blob]
    /// Digests of the blobs whose bytes are not what the manifest says.
    let wrong: [String]
    /// Of the manifest itself.
    let digest: String

    init(_ folder: String) throws {
        let file = "\(folder)/manifest.json"
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(Files.read(file).utf8))
        digest = try FileDigest.sha256(of: file).hex
        blobs = manifest.layers + [manifest.config]
        wrong = try blobs.filter { blob in
            let name = blob.digest.split(separator: ":").last.map(String.init) ?? ""
            let found = try FileDigest.sha256(of: "\(folder)/\(name)")
            return blob.digest != "sha256:\(found.hex)" || blob.size != found.bytes
        }.map(\.digest)
    }

    func sentence(of image: String) -> String {
        let bytes = blobs.reduce(0) { $0 + $1.size }
        let verdict = wrong.isEmpty ? "every digest matches" : "WRONG: \(wrong.joined(separator: ", "))"
        return "\(image)@sha256:\(digest.prefix(12))…, \(blobs.count) blobs, \(bytes) bytes, \(verdict)"
    }
}

public import LinuxSystem

/// Why a lab's services did not start.
public enum LabServicesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A program the lab needs is not installed.
    case missingProgram(String, debianPackage: String)
    /// A program ended before it was ready; `output` is what it last wrote.
    case programEnded(String, status: Int32, output: String)
    /// A program lives but did not open its port in time.
    case programNotReady(String, waitingFor: String, output: String)
    /// An inherited descriptor is not the socket the plan says.
    case unusableSocket(node: String, kind: SocketKind, reason: String)
    /// An `apt` socket without a repository folder to serve.
    case noRepository(node: String, folder: String?)
    /// `openssl` made no certificate; the text is its last words.
    case certificateFailed(String)
    /// The kernel refused.
    case system(SystemError)

    public var description: String {
        switch self {
        case .missingProgram(let name, let package):
            "program \(name) is not installed; install the Debian package \(package)"
        case .programEnded(let name, let status, let output):
            "program \(name) ended at once with status \(status)" + Self.quoted(output)
        case .programNotReady(let name, let waitingFor, let output):
            "program \(name) did not open \(waitingFor) in time" + Self.quoted(output)
        case .unusableSocket(let node, let kind, let reason):
            "the \(kind.rawValue) socket of \(node) cannot be served: \(reason)"
        case .noRepository(let node, let folder?):
            "\(node) serves apt, but \(folder) is not a folder; scripts/make-apt-mirror.sh makes one"
        case .noRepository(let node, nil):
            "\(node) serves apt, but the plan names no repository folder"
        case .certificateFailed(let words):
            "openssl made no certificate" + Self.quoted(words)
        case .system(let error):
            error.description
        }
    }

    private static func quoted(_ output: String) -> String { output.isEmpty ? "" : ": \(output)" }
}

import Fuzzing
import Glibc

// libFuzzer's `main` calls these; FUZZ_TARGET names the parser to try.

private let wanted = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
private let found = FuzzTarget.all.first { $0.name == wanted }

private var target: FuzzTarget {
    guard let found else { preconditionFailure("FUZZ_TARGET was looked at first") }
    return found
}

/// Without a known FUZZ_TARGET: lists them. With FUZZ_SEEDS: writes the target's seeds into that folder, for libFuzzer
/// to begin with.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> Int32 {
    guard let found else {
        print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
        fflush(nil)
        _exit(wanted.isEmpty ? 0 : 2)
    }
    guard let folder = getenv("FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (number, seed) in found.seeds().enumerated() {
        guard let file = fopen("\(folder)/seed-\(number)", "w") else { continue }
        fwrite(seed, 1, seed.count, file)
        fclose(file)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do {
        _ = try target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        print("\(target.name): \(error)")
        abort()
    }
    return 0
}

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// libFuzzer changes bytes; texts are changed by line and value as well.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
    guard target.form != .binary, seed % 2 == 0 else { return mutateBytes(bytes, count, limit) }
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    var mutator = Mutator(target, seed: UInt64(seed))
    let result = mutator.mutate(input, with: input).prefix(limit)
    for (offset, byte) in result.enumerated() { bytes[offset] = byte }
    return result.count
}

namespace Swarm.Raft.Storage.Files;

/// <summary>What is made of the few operations that a file system has.</summary>
internal static class FileOperations
{
    // ENOSPC, EDQUOT, and what Windows says.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    private static readonly byte[] Zeros = new byte[256 * 1024];

    extension(IOException exception)
    {
        /// <summary>Whether the disk had no room, which ends when somebody makes some.</summary>
        public bool IsDiskFull => exception.HResult is NoSpace or QuotaExceeded or WindowsDiskFull;
    }

    extension(IStorageFile file)
    {
        /// <summary>Reads until <paramref name="destination"/> is full or the file ends.</summary>
        public int ReadUpTo(Span<byte> destination, long offset)
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = file.Read(destination[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        /// <summary>
        /// Writes zeros. Blocks that hold zeros are rewritten in place: a later flush has no new extents to record,
        /// which makes it a third cheaper than after a reservation.
        /// </summary>
        public void WriteZeros(long from, long to)
        {
            for (var offset = from; offset < to; offset += Zeros.Length)
            {
                file.Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, to - offset)), offset);
            }
        }
    }

    extension(IFileSystem files)
    {
        /// <summary>Puts a small file into place: after a crash there is the old content or the new, never a part.</summary>
        public void Replace(string directory, string name, ReadOnlySpan<byte> content)
        {
            var path = Path.Join(directory, name);
            var temporary = path + StorageLayout.TemporarySuffix;
            using (var file = files.Create(temporary))
            {
                file.Write(content, 0);
                file.Sync();
            }

            files.Rename(temporary, path);
            files.SyncDirectory(directory);
        }

        /// <summary>A small file whole; null where there is none.</summary>
        public byte[]? ReadSmall(string path, int limit)
        {
            if (!files.Exists(path))
            {
                return null;
            }

            using var file = files.Open(path);
            if (file.Length > limit)
            {
                throw new RaftStorageCorruptException(
                    path, limit, StorageDamage.Unreadable, $"the file has {file.Length} bytes, more than the {limit} it can have");
            }

            var content = new byte[file.Length];
            return content[..file.ReadUpTo(content, 0)];
        }
    }
}

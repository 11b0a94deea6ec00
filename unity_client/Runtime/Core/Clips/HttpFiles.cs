using System;
using System.IO;
using System.Net;
using System.Threading;

namespace Sonorama.Core
{
    /// <summary>Files of one server by HTTP, resumed by ranges where a connection breaks.</summary>
    internal sealed class HttpFiles
    {
        private const int StalledMs = 15000;
        private const int BlockBytes = 64 * 1024;
        private const int ConnectionsAtOnce = 8;

        private readonly ServerAddresses addresses;
        private readonly string token;

        internal HttpFiles(ServerAddresses addresses, string token)
        {
            this.addresses = addresses;
            this.token = token;
        }

        /// <summary>Appends what is missing of a file. Keeps the calling thread until it's there.</summary>
        /// <param name="into">What is there already; after a failure, what came so far.</param>
        /// <exception cref="ClipException">It didn't come; see MayRetry.</exception>
        /// <exception cref="OperationCanceledException">It isn't wanted any more.</exception>
        internal void Fetch(string path, MemoryStream into, int maxBytes, CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            var request = Request(addresses.File(path), into.Length);
            try
            {
                using (cancel.Register(request.Abort))
                using (var answer = Answer(request))
                {
                    Judge(answer, into);
                    Copy(answer, into, maxBytes);
                }
            }
            catch (ClipException)
            {
                cancel.ThrowIfCancellationRequested();
                throw;
            }
            catch (Exception error)
            {
                // An aborted request fails in several ways.
                cancel.ThrowIfCancellationRequested();
                throw new ClipException("the file didn't come: " + Causes.Line(error), true, error);
            }
        }

        private HttpWebRequest Request(Uri address, long from)
        {
            var request = (HttpWebRequest)WebRequest.Create(address);
            // The token is for this server alone, so nothing is followed elsewhere.
            request.AllowAutoRedirect = false;
            request.Proxy = null;
            request.Timeout = request.ReadWriteTimeout = StalledMs;
            request.ServicePoint.ConnectionLimit = ConnectionsAtOnce;
            if (!string.IsNullOrEmpty(token)) request.Headers["Authorization"] = "Bearer " + token;
            if (from > 0) request.AddRange(from);
            return request;
        }

        private static HttpWebResponse Answer(HttpWebRequest request)
        {
            try
            {
                return (HttpWebResponse)request.GetResponse();
            }
            catch (WebException error)
            {
                // A refusal is an answer, too.
                var refusal = error.Response as HttpWebResponse;
                if (refusal == null) throw;
                return refusal;
            }
        }

        private static void Judge(HttpWebResponse answer, MemoryStream into)
        {
            var status = (int)answer.StatusCode;
            if (answer.StatusCode == HttpStatusCode.PartialContent)
            {
                var range = answer.Headers["Content-Range"] ?? "";
                if (range.StartsWith("bytes " + into.Length + "-", StringComparison.Ordinal)) return;
                into.SetLength(0);
                throw new ClipException("the server sent another part of the file than was asked for", true);
            }
            // All of it comes again.
            into.SetLength(0);
            if (answer.StatusCode == HttpStatusCode.OK) return;
            var mayRetry = status == 408 || status == 416 || status == 429 || status >= 500;
            throw new ClipException(
                string.Format("the server answered {0} {1}", status, answer.StatusDescription), mayRetry);
        }

        private static void Copy(HttpWebResponse answer, MemoryStream into, int maxBytes)
        {
            var whole = answer.ContentLength < 0 ? long.MaxValue : into.Length + answer.ContentLength;
            if (whole != long.MaxValue && whole > maxBytes) throw TooLarge(maxBytes);
            into.Position = into.Length;
            var block = new byte[BlockBytes];
            using (var stream = answer.GetResponseStream())
            {
                for (;;)
                {
                    var count = stream.Read(block, 0, block.Length);
                    if (count == 0) break;
                    if (into.Length + count > maxBytes) throw TooLarge(maxBytes);
                    into.Write(block, 0, count);
                }
            }
            if (whole != long.MaxValue && into.Length < whole) throw new ClipException("the file came in part", true);
        }

        private static ClipException TooLarge(int maxBytes)
        {
            return new ClipException(string.Format("the file has more than {0} bytes", maxBytes));
        }
    }
}

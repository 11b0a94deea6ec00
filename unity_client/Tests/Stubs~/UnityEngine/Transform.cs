using System.Collections;
using System.Collections.Generic;

namespace UnityEngine
{
    /// <summary>Transform.html</summary>
    public class Transform : Component, IEnumerable
    {
        internal readonly List<Transform> Children = new List<Transform>();
        private Transform above;
        private Vector3 place;
        private Quaternion turn = Quaternion.identity;
        private Vector3 scale = Vector3.one;

        internal Transform() { }

        public Transform parent
        {
            get { Player.CheckThread(); return above; }
            set { SetParent(value); }
        }

        public int childCount
        {
            get { Player.CheckThread(); return Children.Count; }
        }

        public Vector3 localPosition
        {
            get { Player.CheckThread(); return place; }
            set { Player.CheckThread(); place = value; }
        }

        public Quaternion localRotation
        {
            get { Player.CheckThread(); return turn; }
            set { Player.CheckThread(); turn = value; }
        }

        public Vector3 localScale
        {
            get { Player.CheckThread(); return scale; }
            set { Player.CheckThread(); scale = value; }
        }

        /// <summary>Exact where no parent is scaled and turned at once.</summary>
        public Vector3 lossyScale
        {
            get { Player.CheckThread(); return above == null ? scale : Vector3.Scale(above.lossyScale, scale); }
        }

        public Vector3 position
        {
            get { Player.CheckThread(); return above == null ? place : above.TransformPoint(place); }
            set { Player.CheckThread(); place = above == null ? value : above.InverseTransformPoint(value); }
        }

        public Quaternion rotation
        {
            get { Player.CheckThread(); return above == null ? turn : above.rotation * turn; }
            set { Player.CheckThread(); turn = above == null ? value : Quaternion.Inverse(above.rotation) * value; }
        }

        public Vector3 forward
        {
            get { return rotation * Vector3.forward; }
        }

        public Vector3 right
        {
            get { return rotation * Vector3.right; }
        }

        public Vector3 up
        {
            get { return rotation * Vector3.up; }
        }

        public void SetParent(Transform p)
        {
            SetParent(p, true);
        }

        public void SetParent(Transform parent, bool worldPositionStays)
        {
            Player.CheckThread();
            Vector3 positionBefore = position;
            var rotationBefore = rotation;
            if (above != null) above.Children.Remove(this);
            else GameObject.Roots.Remove(gameObject);
            above = parent;
            if (above != null) above.Children.Add(this);
            else GameObject.Roots.Add(gameObject);
            if (worldPositionStays)
            {
                position = positionBefore;
                rotation = rotationBefore;
            }
            gameObject.Refresh();
        }

        public void SetPositionAndRotation(Vector3 position, Quaternion rotation)
        {
            this.position = position;
            this.rotation = rotation;
        }

        public Transform GetChild(int index)
        {
            Player.CheckThread();
            return Children[index];
        }

        public Transform Find(string n)
        {
            Player.CheckThread();
            return Children.Find(child => child.name == n);
        }

        public Vector3 TransformPoint(Vector3 position)
        {
            Player.CheckThread();
            var here = place + turn * Vector3.Scale(scale, position);
            return above == null ? here : above.TransformPoint(here);
        }

        public Vector3 InverseTransformPoint(Vector3 position)
        {
            Player.CheckThread();
            var here = Quaternion.Inverse(turn) * ((above == null ? position : above.InverseTransformPoint(position)) - place);
            return new Vector3(here.x / scale.x, here.y / scale.y, here.z / scale.z);
        }

        public IEnumerator GetEnumerator()
        {
            return Children.ToArray().GetEnumerator();
        }
    }
}

// What is needed from the start. Panels bring their own when they are first shown.
import './base.css';

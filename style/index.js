import './base.css';
import './sharing.css';
import './sessions.css';
import './status.css';
